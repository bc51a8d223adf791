import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { openRecordStore } from '../src/index.ts';
import { folder } from './folder.ts';

const MAIN = join(import.meta.dirname, 'writer-main.ts');
const ROUNDS = 8;
const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** Runs the writer until so much was acknowledged, kills it, and resolves with what was. */
async function killedAt(path: string, lines: number): Promise<number> {
  const child = spawn(
    process.execPath,
    ['--conditions=source', '--experimental-transform-types', '--no-warnings', MAIN, path],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  children.push(child);
  let text = '';
  let seen = 0;
  let last = 0;
  const enough = new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', (data: Buffer) => {
      text += data.toString();
      const whole = text.split('\n');
      text = whole.pop() as string;
      seen += whole.length;
      last = Number(whole.at(-1) ?? last);
      if (seen >= lines) resolve();
    });
    child.once('exit', (code) => reject(new Error(`the writer ended with ${code}`)));
  });
  await enough;
  const gone = once(child, 'close');
  child.kill('SIGKILL');
  await gone;
  return last;
}

test('killed while it writes, again and again: all that was acknowledged is there, whole and without a hole', async () => {
  const path = folder();
  for (let round = 0; round < ROUNDS; round++) {
    const acknowledged = await killedAt(path, 1 + round * 37);
    const store = await openRecordStore({ path, bytesMax: 8 * 1024 * 1024, ageMsMax: 300_000 });
    try {
      expect(store.rebuilt).toBe(false);
      const { oldest, next } = store.bounds(0)!;
      expect(next).toBeGreaterThanOrEqual(acknowledged);
      let expected = oldest;
      for (;;) {
        const records = await store.read(0, expected, 1_000_000);
        if (records.length === 0) break;
        for (const { offset, value } of records) {
          expect(offset).toBe(expected++);
          expect(new DataView(value.buffer, value.byteOffset).getFloat64(0)).toBe(offset);
        }
      }
      expect(expected).toBe(next);
      expect(store.bytes).toBeLessThanOrEqual(8 * 1024 * 1024);
    } finally {
      await store.close();
    }
  }
  rmSync(path, { recursive: true, force: true });
});
