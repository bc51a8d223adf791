import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type MarketState, openMemoryMarketState } from '@tapecast/market-state';
import { openRecordStore, type RecordStore } from '@tapecast/replay-store';
import { createLogger, createRegistry } from '@tapecast/service-kit';
import type { TickLog } from '@tapecast/tick-log';
import { expect } from 'vitest';
import { DEFAULT_LIMITS, type GatewayLimits } from '../../src/limits.ts';
import { createMetrics } from '../../src/metrics.ts';
import { REPLAY_LIMITS, type ReplayLimits } from '../../src/replay/limits.ts';
import { LogTradeHistory } from '../../src/replay/log-trade-history.ts';
import { WindowDisk } from '../../src/replay/window-disk.ts';
import { Instruments } from '../../src/subscriptions/instruments.ts';
import { SourceClocks } from '../../src/subscriptions/source-clocks.ts';
import { UpdateFeed } from '../../src/subscriptions/update-feed.ts';

const BASE = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

export interface HistoryStand {
  history: LogTradeHistory;
  feed: UpdateFeed;
  lost: () => number;
  store: RecordStore | undefined;
  /** Resolves when the window is filled. */
  filled(): Promise<void>;
  close(): Promise<void>;
}

export interface HistoryOptions {
  log: TickLog;
  /** Where the live reader begins. Without checkpoints it is the log's oldest record. */
  state?: MarketState;
  /** A folder for the window; memory only without it. */
  path?: string;
  /** Instead of a folder: a store that is open, and stays open. */
  store?: RecordStore;
  limits?: Partial<GatewayLimits>;
  replay?: Partial<ReplayLimits>;
}

export function replayFolder(): { path: string; remove(): void } {
  const base = mkdtempSync(join(BASE, 'tapecast-window-'));
  return { path: join(base, 'replay'), remove: () => rmSync(base, { recursive: true, force: true }) };
}

/** The reading side of a gateway without clients. */
export async function openHistory(options: HistoryOptions): Promise<HistoryStand> {
  const { log, path } = options;
  const limits = { ...DEFAULT_LIMITS, recordsBeforeCheckpoint: 0, ...options.limits };
  const replay = { ...REPLAY_LIMITS, storeFlushMs: 5, ...options.replay };
  const logger = createLogger('gateway', 'silent');
  const store =
    path === undefined
      ? options.store
      : await openRecordStore({
          path,
          bytesMax: replay.storeBytes,
          ageMsMax: limits.replayWindowMs,
          identity: log.generation,
        });
  let lost = 0;
  const { partitions } = log;
  const disk =
    store === undefined
      ? undefined
      : new WindowDisk({ store, partitions, limits: replay, logger, lost: (records) => (lost += records) });
  const feed = new UpdateFeed({
    log,
    state: options.state ?? openMemoryMarketState(),
    clocks: new SourceClocks(partitions, 5_000),
    limits,
    replay,
    disk,
    metrics: createMetrics(createRegistry()),
    logger,
    nowMs: () => Date.now(),
  });
  const instruments = new Instruments({
    partitions,
    limits,
    fanout: undefined as never,
    sources: () => undefined as never,
    staleSince: () => undefined,
    nowMs: () => Date.now(),
  });
  await feed.start(instruments);
  const history = new LogTradeHistory({
    known: (symbol) => instruments.known(symbol),
    partition: (partition) => feed.kept(partition),
    disk,
    tradesAtOnce: replay.tradesAtOnce,
  });
  return {
    history,
    feed,
    store,
    lost: () => lost,
    filled: () =>
      expect.poll(() => feed.filledPartitions, { interval: 2 }).toBe(partitions) as unknown as Promise<void>,
    close: async () => {
      await feed.close();
      if (path !== undefined) await store?.close();
    },
  };
}

/** All trades from..to as [number, price], by as many questions as it takes. */
export async function tradesOf(
  { history }: HistoryStand,
  symbol: string,
  epoch: string,
  from: number,
  to: number,
): Promise<[number, number][]> {
  const found: [number, number][] = [];
  for (let at = from; at <= to; ) {
    const { first, trades } = await history.trades(symbol, epoch, at, to);
    if (trades.length === 0) break;
    trades.forEach(({ body, first: number }, i) => {
      expect(number).toBe(first + i);
      found.push([number, body.kind === 'trade' ? body.price : -1]);
    });
    at = first + trades.length;
  }
  return found;
}
