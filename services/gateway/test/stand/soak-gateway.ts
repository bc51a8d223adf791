import type { Sequence } from '@tapecast/market';
import { nextUpdates } from './soak-market.ts';
import { openStand, SYMBOLS } from './stand.ts';

/** What the process answers when it is asked to look at itself. */
export interface SoakLook {
  rssBytes: number;
  /** After a collection of garbage. */
  heapBytes: number;
  /** The last number that was written, by symbol. */
  seqs: Record<string, Record<Sequence, number>>;
  /** Of each metric without labels. */
  metrics: Record<string, number>;
}

const WRITE_MS = 20;
const TRADES_A_WRITE = 2;
const MIB = 1024 * 1024;

/** A gateway in a process of its own, and the market that it serves. Small buffers: what is full soon shows what grows. */
const stand = await openStand({
  topicBytesMax: 8 * MIB,
  config: {
    limits: {
      replayWindowBytes: 4 * MIB,
      toldTradesBytes: 4 * MIB,
      slowBytes: 64 * 1024,
      slowMs: 10_000,
      releaseLingerMs: 500,
      cohortClientsMin: 3,
      zstdBytesMin: 256,
      zstdSharedBytesMin: 128,
      zstdClientsMin: 2,
    },
  },
});
const { market } = stand;

async function write(): Promise<void> {
  for (const symbol of SYMBOLS) nextUpdates(market, symbol, TRADES_A_WRITE);
  await market.write();
}
await write();
await market.checkpoint();
let timer: NodeJS.Timeout | undefined = setInterval(() => {
  write().catch((error: unknown) => {
    throw error;
  });
}, WRITE_MS);

async function metrics(): Promise<Record<string, number>> {
  const text = await stand.metrics.metrics();
  const lines = text.split('\n').filter((line) => /^tapecast_\w+ /.test(line));
  return Object.fromEntries(lines.map((line) => [line.split(' ')[0] as string, Number(line.split(' ')[1])]));
}

const answers: Record<string, () => unknown> = {
  port: () => stand.gateway.port,
  still: () => {
    clearInterval(timer);
    timer = undefined;
  },
  look: async (): Promise<SoakLook> => {
    globalThis.gc?.();
    const { rss, heapUsed } = process.memoryUsage();
    const seqs = Object.fromEntries(SYMBOLS.map((symbol) => [symbol, { ...market.view(symbol).seqs }]));
    return { rssBytes: rss, heapBytes: heapUsed, seqs, metrics: await metrics() };
  },
};

process.on('message', (question: string) => {
  void Promise.resolve(answers[question]?.()).then((value) => process.send?.({ question, value }));
});
process.on('disconnect', () => process.exit(0));
process.send?.({ question: 'ready' });
