import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { HelpRequested, readOptions, StartError } from '../src/index.ts';

const schema = z.object({
  port: z.number().int().min(1).max(65_535).default(8080).describe('port for clients'),
  adminPort: z.number().int().default(9100).describe('port of metrics'),
  paused: z.boolean().default(false).describe('waits'),
  symbols: z.array(z.string()).default([]).describe('symbols'),
  feed: z.enum(['simulated', 'binance']).default('simulated').describe('source'),
});
const description = { usage: 'npm start --', summary: 'starts' };
const read = (argv: string[], env: Record<string, string> = {}) => readOptions(description, schema, argv, env);

describe('options', () => {
  test('take the default, then the environment, then the command line', () => {
    expect(read([]).port).toBe(8080);
    expect(read([], { TAPECAST_PORT: '1', TAPECAST_ADMIN_PORT: '2' })).toMatchObject({ port: 1, adminPort: 2 });
    expect(read(['--port', '3'], { TAPECAST_PORT: '1' }).port).toBe(3);
  });
  test('read booleans and lists', () => {
    expect(read(['--paused', '--symbols', 'A,B']).symbols).toEqual(['A', 'B']);
    expect(read(['--paused=false']).paused).toBe(false);
    expect(read(['--paused']).paused).toBe(true);
  });
  test('report every fault at once, with the value given', () => {
    const fault = (() => {
      try {
        read(['--port', 'many', '--feed=kraken', '--nothing']);
      } catch (error) {
        return error;
      }
      return undefined;
    })();
    expect(fault).toBeInstanceOf(StartError);
    const { message } = fault as StartError;
    expect(message).toContain('--port');
    expect(message).toContain('"many"');
    expect(message).toContain('--feed');
    expect(message).toContain('--nothing');
  });
  test('a stray word suggests --', () => {
    expect(() => read(['8080'])).toThrow(/after a --/);
  });
  test('--help names every option with its default', () => {
    expect(() => read(['--help'])).toThrow(HelpRequested);
    try {
      read(['--help']);
    } catch (error) {
      expect((error as Error).message).toMatch(/--admin-port <number>\s+port of metrics \(default 9100\)/);
    }
  });
  test('are frozen', () => {
    expect(Object.isFrozen(read([]))).toBe(true);
  });
});
