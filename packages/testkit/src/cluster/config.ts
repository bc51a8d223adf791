import { LOG_LEVELS } from '@tapecast/service-kit';
import { z } from 'zod';
import { PARTS_CHOICES } from '../parts/choose.ts';
import { PROCESSES_MAX } from './limits.ts';

const port = z.number().int().min(0).max(65_535);
const processes = z.number().int().min(1).max(PROCESSES_MAX);

/** Options of `npm run cluster`. What is not of the launcher itself is passed on to the service or venue server named. */
export const clusterSchema = z.object({
  port: port.default(8080).describe('nginx: page, WebSocket and REST; 0 takes a free one'),
  adminPort: port.default(9100).describe('the launcher: health and metrics of all; 0 takes a free one'),
  gateways: processes.default(3).describe('gateway processes'),
  gatewayThreads: z.number().int().min(1).max(64).default(1).describe('threads of each gateway that serve clients'),
  rebalance: z
    .enum(['on', 'off'])
    .default('on')
    .describe('gateways send clients to others where they have far more to do than these'),
  degradation: z
    .enum(['on', 'off'])
    .default('on')
    .describe('gateways leave out under load what can wait, and take nobody new'),
  slowBytes: z
    .number()
    .int()
    .optional()
    .describe('gateways: bytes a client may leave unread before its updates are merged'),
  stalledMs: z
    .number()
    .int()
    .optional()
    .describe('gateways: ms a client may read nothing before its updates are merged'),
  compute: processes.default(2).describe('compute processes'),
  auth: z
    .number()
    .int()
    .min(0)
    .max(PROCESSES_MAX)
    .default(0)
    .describe('auth processes: clients need tokens then; 0 opens market data to anyone on this machine'),
  rotateEveryMs: z.number().int().min(2_000).optional().describe('auth: how long a key signs; default a day'),
  tokenSecondsMax: z.number().int().min(5).optional().describe('auth: longest life of a token; default 900'),
  ingest: processes
    .default(1)
    .describe('ingest processes: one publishes, the others stand by and take over within 3 s when it ends or hangs'),
  brokers: z
    .number()
    .refine((count) => count === 1 || count === 3, 'Kafka runs with 1 broker, or with 3, of which one may die')
    .default(1)
    .describe('Kafka brokers, 1 or 3'),
  redisWatchdog: z
    .enum(['on', 'off'])
    .default('on')
    .describe('a process that has the replica of a dead Redis master take over at once'),
  partitions: z.number().int().min(1).max(1024).default(4).describe('partitions of each topic'),
  parts: z
    .enum(PARTS_CHOICES)
    .default('auto')
    .describe(
      'where Kafka, Redis and nginx run: containers, local programs, or auto: containers where an engine answers',
    ),
  tls: z
    .boolean()
    .default(false)
    .describe('https and wss at nginx, with a certificate for trying: clients trust <data-dir>/tls/ca.crt'),
  feed: z.enum(['simulated', 'binance', 'itick', 'replay']).default('simulated').describe('where ticks come from'),
  token: z
    .string()
    .default('')
    .describe('itick: key of the plan. Better by TAPECAST_TOKEN or --token-file: others see a command line'),
  tokenFile: z.string().default('').describe('itick: file with the key'),
  itickWs: z.string().optional().describe("itick: base address; default iTick's own"),
  itickTypes: z.array(z.string()).default([]).describe('itick: what is subscribed; default tick,quote,depth'),
  seed: z.number().int().min(0).max(0xffff_ffff).default(1).describe('simulated and --clones: seed'),
  rate: z
    .number()
    .positive()
    .optional()
    .describe('simulated: ticks a second in the mean; replay: frames a second in the mean, instead of --speed'),
  symbols: z.array(z.string().min(1)).default([]).describe('binance and replay: pairs, BTCUSDT,…; itick: AAPL$US,…'),
  recording: z.array(z.string().min(1)).default([]).describe('replay: files to play'),
  speed: z
    .string()
    .regex(/^(max|\d+(\.\d+)?)$/, "a speed is a number such as 1, 20 or 0.5, or 'max'")
    .default('1')
    .describe("replay: times as fast as recorded, or 'max'"),
  clones: z
    .number()
    .int()
    .min(0)
    .default(0)
    .describe('replay: copies under other names, each at another place of the record'),
  sentRecord: z
    .string()
    .default('')
    .describe('replay of Binance frames: file in which the venue notes what it sent, with wall times'),
  paused: z.boolean().default(false).describe('replay: waits for POST /replay/start on the admin port'),
  dataDir: z.string().min(1).default('.tapecast').describe('folder of data, logs and cluster.json'),
  keep: z
    .boolean()
    .default(false)
    .describe('goes on with the data of the last run whatever its feed was, a replay too'),
  logLevel: z.enum(LOG_LEVELS).default('info').describe('debug, info, warn, error or silent'),
});
export type ClusterConfig = Readonly<z.infer<typeof clusterSchema>>;
