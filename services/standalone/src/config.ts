import { edgeOptions } from '@tapecast/gateway';
import { FEED_NAMES, ingestOptions } from '@tapecast/ingest';
import { LOG_LEVELS } from '@tapecast/service-kit';
import { z } from 'zod';

const port = z.number().int().min(0).max(65_535);

/** Options of `npm start`. */
export const standaloneSchema = z.object({
  port: port.default(8080).describe('page, WebSocket and REST; 0 takes a free one'),
  adminPort: port.default(9100).describe('metrics and health; 0 takes a free one'),
  auth: z.boolean().default(false).describe('clients need tokens; npx tapecast token makes one'),
  authPort: port.default(0).describe('auth: port of /v1/token and the keys; 0 takes a free one'),
  dataDir: z
    .string()
    .min(1)
    .default('.tapecast')
    .describe(
      'folder for what the process leaves: the last minutes of its log, its state, standalone.json with its addresses',
    ),
  feed: z
    .enum([...FEED_NAMES, 'replay'])
    .default('simulated')
    .describe(`where ticks come from: ${FEED_NAMES.join(', ')} or replay`),
  seed: ingestOptions.seed,
  rate: ingestOptions.rate,
  startMs: ingestOptions.startMs,
  symbols: ingestOptions.symbols,
  binanceWs: ingestOptions.binanceWs,
  binanceRest: ingestOptions.binanceRest,
  binanceRenewAfterMs: ingestOptions.binanceRenewAfterMs,
  token: z
    .string()
    .default('')
    .describe('itick: key of the plan. Better by TAPECAST_TOKEN or --token-file: others see a command line'),
  tokenFile: ingestOptions.itickTokenFile,
  itickWs: ingestOptions.itickWs,
  itickTypes: ingestOptions.itickTypes,
  recording: z
    .array(z.string())
    .default([])
    .describe('replay: files to play, side by side or, of one symbol, one after the other'),
  speed: z
    .string()
    .regex(/^(max|\d+(\.\d+)?)$/, "a speed is a number such as 1, 20 or 0.5, or 'max'")
    .default('1')
    .describe("replay: times as fast as recorded, or 'max' for as fast as it is taken"),
  paused: z.boolean().default(false).describe('replay: waits for POST /replay/start on the admin port'),
  slowBytes: edgeOptions.slowBytes,
  stalledMs: edgeOptions.stalledMs,
  keep: z
    .boolean()
    .default(false)
    .describe('goes on with what an earlier run left in the data folder, also for a replay or another feed'),
  logLevel: z
    .enum(LOG_LEVELS)
    .default('warn')
    .describe('debug, info, warn, error or silent; logs are JSON lines on stderr'),
});
export type StandaloneConfig = Readonly<z.infer<typeof standaloneSchema>>;

/** The memory log needs partitions only so that the same code runs; one core serves them all. */
export const EMBEDDED_PARTITIONS = 4;
