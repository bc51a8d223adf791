import { clusterOptions, processOptions } from '@tapecast/service-kit';
import { z } from 'zod';

export const FEED_NAMES = ['simulated', 'binance', 'itick'] as const;

/** Binance pairs that are followed when none are named and the venue is live: the most traded against USDT. */
export const DEFAULT_BINANCE_SYMBOLS = [
  'BTCUSDT',
  'ETHUSDT',
  'SOLUSDT',
  'XRPUSDT',
  'BNBUSDT',
  'DOGEUSDT',
  'ADAUSDT',
  'TRXUSDT',
  'AVAXUSDT',
  'LINKUSDT',
  'SUIUSDT',
  'LTCUSDT',
  'BCHUSDT',
  'DOTUSDT',
  'NEARUSDT',
  'AAVEUSDT',
  'UNIUSDT',
  'ETCUSDT',
  'FILUSDT',
  'ATOMUSDT',
];

/** Largest Unix ms whose microseconds are exact. */
const TIME_MS_MAX = Math.floor(Number.MAX_SAFE_INTEGER / 1_000);

/** Options of ingest; a command spreads them into its own schema. */
export const ingestOptions = {
  feed: z.enum(FEED_NAMES).default('simulated').describe('where ticks come from'),
  seed: z.number().int().min(0).max(0xffff_ffff).default(1).describe('simulated: seed; the same gives the same market'),
  rate: z.number().min(1).max(200_000).default(800).describe('simulated: ticks a second in the mean, all instruments'),
  startMs: z
    .number()
    .int()
    .min(0)
    .max(TIME_MS_MAX)
    .default(0)
    .describe('simulated: Unix ms at which the market starts; 0 is now'),
  binanceWs: z.url().default('wss://stream.binance.com:9443').describe('binance: base address of the streams'),
  binanceRest: z.url().default('https://api.binance.com').describe('binance: base address of REST'),
  binanceRenewAfterMs: z
    .number()
    .int()
    .min(1_000)
    .max(86_000_000)
    .default(82_800_000)
    .describe('binance: ms after which a connection is replaced by a new one, before the venue cuts it (24 h)'),
  symbols: z
    .array(z.string().min(1).max(60))
    .default([])
    .describe(
      'binance: pairs, BTCUSDT,…; none is the most traded ones (with --clock ping all that the venue lists). itick: AAPL$US,indices:SPX$GB,…; none is AAPL$US,TSLA$US,700$HK',
    ),
  itickWs: z
    .url()
    .default('wss://api.itick.org')
    .describe('itick: base address; /stock, /forex, … is added, or stands for {class} in it'),
  itickToken: z
    .string()
    .default('')
    .describe(
      'itick: key of the plan. Better by TAPECAST_ITICK_TOKEN or --itick-token-file: others see a command line',
    ),
  itickTokenFile: z.string().default('').describe('itick: file with the key'),
  itickTypes: z
    .array(z.string())
    .min(1)
    .default(['tick', 'quote', 'depth'])
    .describe('itick: what is subscribed: tick, quote, depth, kline@1 … kline@10 (some plans have no k-lines)'),
  clock: z
    .enum(['wall', 'ping'])
    .default('wall')
    .describe("binance, itick: the source's clock is wall time, or the Unix ms in the venue's pings (a replay)"),
};

export const ingestSchema = z.object(ingestOptions);
export type IngestConfig = Readonly<z.infer<typeof ingestSchema>>;

/** Options of ingest's own process. */
export const ingestProcessSchema = z.object({
  spoolDir: z
    .string()
    .default('')
    .describe(
      'folder for ticks that Kafka does not take, 1 GiB at most; each process needs its own. None: 64 MiB in memory',
    ),
  ...processOptions,
  ...clusterOptions,
  ...ingestOptions,
  replication: z
    .number()
    .int()
    .min(1)
    .max(9)
    .default(1)
    .describe('copies of each partition, where topics have to be made'),
});
