import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ArgumentError, parseArguments } from '../src/arguments.ts';
import { rawText, temporaryFile, trade } from './small-recording.ts';

describe('arguments', () => {
  it('are the options of the venue', () => {
    expect(
      parseArguments([
        '--recording',
        'a,b',
        '--recording',
        'c',
        '--port',
        '0',
        '--admin-port',
        '9',
        '--speed',
        'max',
        '--paused',
        '--clones',
        '3',
        '--seed',
        '4',
      ]),
    ).toEqual({
      recordings: ['a', 'b', 'c'],
      port: 0,
      adminPort: 9,
      speed: 'max',
      paused: true,
      clones: 3,
      seed: 4,
    });
    expect(parseArguments(['--recording', 'a', '--speed', '20'])).toEqual({
      recordings: ['a'],
      speed: 20,
      paused: false,
    });
    expect(
      parseArguments(['--recording', 'a', '--token', 'x,y', '--plan-connections', '1', '--surplus', 'disconnected']),
    ).toEqual({
      recordings: ['a'],
      paused: false,
      tokens: ['x', 'y'],
      plan: { connections: 1, surplus: 'disconnected' },
    });
    expect(parseArguments(['--help'])).toBe('help');
  });

  it.each([
    [[]],
    [['--recording', 'a', '--speed', 'fast']],
    [['--recording', 'a', 'stray']],
    [['--recording', 'a', '--surplus', 'evicted']],
    [['--recording', 'a', '--nosuch']],
  ])('%j are refused', (args) => {
    expect(() => parseArguments(args)).toThrow(ArgumentError);
  });
});

describe('the command', () => {
  const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

  it('says ready in one line and ends on SIGTERM', async () => {
    const path = await temporaryFile('a', rawText([trade(0, 1)]));
    const child = spawn(process.execPath, [
      '--experimental-strip-types',
      '--no-warnings',
      main,
      '--recording',
      path,
      '--paused',
    ]);
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    expect(line.toString()).toMatch(
      /^ready ws:\/\/127\.0\.0\.1:\d+ http:\/\/127\.0\.0\.1:\d+ admin http:\/\/127\.0\.0\.1:\d+\n$/,
    );
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('ends with 1 and the reason where it can not start', async () => {
    const child = spawn(process.execPath, [
      '--experimental-strip-types',
      '--no-warnings',
      main,
      '--recording',
      '/nowhere',
    ]);
    const said: Buffer[] = [];
    child.stderr.on('data', (piece: Buffer) => said.push(piece));
    expect(await once(child, 'exit')).toEqual([1, null]);
    expect(Buffer.concat(said).toString()).toContain("The recording /nowhere can't be read");
  });
});
