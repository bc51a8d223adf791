import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { type Embedded, startEmbedded } from '@tapecast/testkit';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';

const MAIN = resolve(import.meta.dirname, '../dist/main.js');

let embedded: Embedded;
let children: ChildProcess[] = [];
beforeAll(async () => {
  embedded = await startEmbedded();
});
afterAll(() => embedded?.stop());
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  children = [];
});

/** The built command, and what it printed. */
function watch(...args: string[]) {
  const child = spawn(process.execPath, [MAIN, 'watch', ...args, '--url', embedded.stream, '--data-dir', 'none'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  const told = { stdout: '', stderr: '' };
  child.stdout.on('data', (text) => {
    told.stdout += text;
  });
  child.stderr.on('data', (text) => {
    told.stderr += text;
  });
  const lines = () => told.stdout.split('\n').filter((line) => line !== '');
  return { child, told, lines };
}

it('goes on when what it watches is killed and started again, and says so', async () => {
  const { child, told, lines } = watch('TEST$XX', '--channels', 'trade,quote');
  await expect.poll(() => lines().some((line) => / trade TEST\$XX \d/.test(line))).toBe(true);
  await embedded.kill();
  await expect.poll(() => told.stderr).toMatch(/# state: reconnecting \(1006/);
  await embedded.restart();
  await expect.poll(() => told.stderr).toMatch(/# resumed: back after \d+ ms/);
  const before = lines().length;
  await expect.poll(() => lines().length).toBeGreaterThan(before);
  child.kill('SIGINT');
  expect(await once(child, 'exit')).toEqual([0, null]);
});

it('prints JSON, and ends by itself after a while', async () => {
  // Its start and the first quote are within.
  const { child, lines } = watch('TEST$XX', '--channels', 'quote', '--json', '--seconds', '8');
  expect(await once(child, 'exit')).toEqual([0, null]);
  expect(JSON.parse(lines()[0] ?? '')).toMatchObject({ event: 'quote', symbol: 'TEST$XX', range: expect.any(Array) });
});

it('says what is not given', async () => {
  const { child, told } = watch('NONE$XX');
  expect(await once(child, 'exit')).toEqual([2, null]);
  expect(told.stderr).toMatch(/refused: NONE\$XX trade \(unknown_symbol\)/);
});
