import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface SyntheticRecording {
  path: string;
  /** Ids of the trades, in order. */
  tradeIds: string[];
  /** Update id of the last diff. */
  lastUpdateId: number;
  remove: () => Promise<void>;
}

const START_MS = 1_723_161_254_000;

/**
 * A recording of BTCUSDT with one trade, one bookTicker and one diff every 10 ms, in Binance's words. Each diff k sets the
 * bid level 100 - (k mod 5) to size k, so that a missed diff leaves a book that can be told from the right one.
 */
export async function writeRecording(options: { steps: number; snapshot?: boolean }): Promise<SyntheticRecording> {
  const lines: string[] = [];
  const line = (ms: number, frame: unknown): void => {
    lines.push(`${ms}000000 ${JSON.stringify(frame)}`);
  };
  const tradeIds: string[] = [];
  for (let k = 1; k <= options.steps; k++) {
    const ms = START_MS + k * 10;
    if (k === 2 && options.snapshot !== false) {
      line(ms, { lastUpdateId: 1, bids: [['99.00', '1.00000']], asks: [['101.00', '2.00000']] });
    }
    const event = { E: ms, s: 'BTCUSDT' };
    line(ms, {
      stream: 'btcusdt@depth@100ms',
      data: { e: 'depthUpdate', ...event, U: k, u: k, b: [[`${100 - (k % 5)}.50`, `${k}.00000`]], a: [] },
    });
    line(ms + 1, {
      stream: 'btcusdt@trade',
      data: {
        e: 'trade',
        ...event,
        t: 1_000 + k,
        p: '100.75',
        q: `0.${String(k).padStart(5, '0')}`,
        T: ms,
        m: true,
        M: true,
      },
    });
    line(ms + 2, {
      stream: 'btcusdt@bookTicker',
      data: { u: k, s: 'BTCUSDT', b: '100.50', B: `${k}.00000`, a: '101.00', A: '2.00000' },
    });
    tradeIds.push(String(1_000 + k));
  }
  const folder = await mkdtemp(join(tmpdir(), 'tapecast-ingest-'));
  const path = join(folder, 'synthetic.raw.jsonl');
  await writeFile(path, `${lines.join('\n')}\n`);
  return {
    path,
    tradeIds,
    lastUpdateId: options.steps,
    remove: () => rm(folder, { recursive: true }),
  };
}

/** The book of bids after all diffs, by the recording's rule. */
export function bidsAfter(steps: number): Map<string, string> {
  const bids = new Map([['99', '1']]);
  for (let k = 2; k <= steps; k++) bids.set(`${100 - (k % 5)}.5`, String(k));
  return bids;
}
