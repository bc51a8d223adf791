import { type Fleet, type MarketState, openMemoryMarketState, type SessionStore } from '@tapecast/market-state';
import type { RecordStore } from '@tapecast/replay-store';
import { createLogger, createRegistry, type Logger, type Registry } from '@tapecast/service-kit';
import type { SignalBus } from '@tapecast/signal-bus';
import { openMemoryTickLog, type TickLog } from '@tapecast/tick-log';
import { type Gateway, type GatewayConfig, startGateway } from '../../src/index.ts';
import { MarketWriter } from './market-writer.ts';

export interface Stand {
  gateway: Gateway;
  log: TickLog;
  state: MarketState;
  market: MarketWriter;
  metrics: Registry;
  stop(): Promise<void>;
}

export const SYMBOLS = ['AAPL$US', 'BTCUSDT$BA', '700$HK', 'EURUSD$GB'];

export interface StandOptions {
  config?: Partial<GatewayConfig>;
  partitions?: number;
  /** Of the memory log. Without it, the driver's own. */
  topicBytesMax?: number;
  /** Stands before the real store, to delay or fail its reads. */
  store?: (state: MarketState) => MarketState;
  page?: { dir: string };
  sessions?: SessionStore;
  fleet?: Fleet;
  signals?: SignalBus;
  /** Stays open. */
  replayStore?: RecordStore;
  /** Another stand, whose log, store and writer this gateway has, too. */
  beside?: Stand;
  /** Without it nothing is logged. */
  logger?: Logger;
}

/** A gateway on memory drivers with a catalogue, and the writer that feeds it. */
export async function openStand(options: StandOptions = {}): Promise<Stand> {
  const { beside } = options;
  const { log, state, market } = beside ?? (await openMarket(options));
  const metrics = createRegistry();
  // Who stops a stand has seen all that clients were to be told. A test of a stop asks for the time that close frames have.
  const limits = { closeFramesMs: 0, ...options.config?.limits };
  const gateway = await startGateway({
    config: { host: '127.0.0.1', port: 0, anonymous: true, ...options.config, limits },
    log,
    state: options.store === undefined ? state : options.store(state),
    logger: options.logger ?? createLogger('gateway', 'silent'),
    metrics,
    ...(options.sessions === undefined ? {} : { sessions: options.sessions }),
    ...(options.fleet === undefined ? {} : { fleet: options.fleet }),
    ...(options.signals === undefined ? {} : { signals: options.signals }),
    ...(options.replayStore === undefined ? {} : { replayStore: options.replayStore }),
    ...(options.page === undefined ? {} : { page: options.page }),
  });
  return {
    gateway,
    log,
    state,
    market,
    metrics,
    async stop() {
      await gateway.stop();
      if (beside !== undefined) return;
      await log.close();
      await state.close();
    },
  };
}

async function openMarket(options: StandOptions): Promise<Pick<Stand, 'log' | 'state' | 'market'>> {
  const log = openMemoryTickLog({
    partitions: options.partitions ?? 3,
    ...(options.topicBytesMax === undefined ? {} : { topicBytesMax: options.topicBytesMax }),
  });
  const state = openMemoryMarketState();
  await state.putCatalogue(
    SYMBOLS.map((instrument) => ({
      instrument,
      name: `Name of ${instrument}`,
      venue: 'test',
      priceDecimals: 2,
      sizeDecimals: 3,
    })),
  );
  return { log, state, market: await MarketWriter.open(log, state) };
}
