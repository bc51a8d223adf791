import { type MarketState, openMemoryMarketState } from '@tapecast/market-state';
import { createLogger, createRegistry, type Logger, type Registry } from '@tapecast/service-kit';
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
  /** Without it nothing is logged. */
  logger?: Logger;
}

/** A gateway on memory drivers with a catalogue, and the writer that feeds it. */
export async function openStand(options: StandOptions = {}): Promise<Stand> {
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
  const metrics = createRegistry();
  const market = await MarketWriter.open(log, state);
  const gateway = await startGateway({
    config: { host: '127.0.0.1', port: 0, anonymous: true, ...options.config },
    log,
    state: options.store === undefined ? state : options.store(state),
    logger: options.logger ?? createLogger('gateway', 'silent'),
    metrics,
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
      await log.close();
      await state.close();
    },
  };
}
