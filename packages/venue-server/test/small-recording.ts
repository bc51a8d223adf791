import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** 2024-08-08 00:00:00 UTC, where the small recordings begin. */
export const START_MS = 1_723_075_200_000;

/** A line of a raw recording, `atMs` after its begin. */
export interface SmallLine {
  readonly atMs: number;
  readonly frame: unknown;
}

export function trade(atMs: number, id: number, symbol = 'BTCUSDT'): SmallLine {
  const time = START_MS + atMs;
  const data = {
    e: 'trade',
    E: time,
    s: symbol,
    t: id,
    p: '60000.10000000',
    q: '0.00500000',
    T: time - 1,
    m: true,
    M: true,
  };
  return { atMs, frame: { stream: `${symbol.toLowerCase()}@trade`, data } };
}

export function diff(
  atMs: number,
  firstId: number,
  lastId: number,
  bids: [string, string][],
  symbol = 'BTCUSDT',
): SmallLine {
  const data = { e: 'depthUpdate', E: START_MS + atMs, s: symbol, U: firstId, u: lastId, b: bids, a: [] };
  return { atMs, frame: { stream: `${symbol.toLowerCase()}@depth@100ms`, data } };
}

export function snapshot(
  atMs: number,
  lastUpdateId: number,
  bids: [string, string][],
  asks: [string, string][],
): SmallLine {
  return { atMs, frame: { lastUpdateId, bids, asks } };
}

export function rawText(lines: readonly SmallLine[], startMs = START_MS): string {
  return lines.map(({ atMs, frame }) => `${startMs + atMs}000000 ${JSON.stringify(frame)}\n`).join('');
}

/** Writes a file that is removed with the test. */
export async function temporaryFile(name: string, content: string | Uint8Array): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tapecast-recording-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}
