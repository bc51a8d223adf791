import { TOKEN_ALGORITHMS } from '@tapecast/access';
import { clusterOptions, processOptions } from '@tapecast/service-kit';
import { z } from 'zod';
import { type AdmissionOptions, ALGORITHMS, AUDIENCE } from './admission/admission.ts';
import { type EdgeConfig, edgeOptions } from './edge/options.ts';
import type { GatewayLimits } from './limits.ts';
import { THREADS_LIMITS } from './threads/limits.ts';

export const HEARTBEAT_MS = 15_000;
export const DRAIN_PER_SECOND = 500;
export const DRAIN_MS = 10_000;

/** Options that a gateway has in every set-up. */
export const gatewayOptions = {
  port: z
    .number()
    .int()
    .min(0)
    .max(65_535)
    .default(8080)
    .describe('port for clients: WebSocket, REST and page; 0 takes a free one'),
  anonymous: z.boolean().default(false).describe('open market data to everyone who reaches this address'),
  anonymousBeyondLoopback: z
    .boolean()
    .default(false)
    .describe('allow --anonymous on an address that other machines reach'),
  jwks: z
    .string()
    .default('')
    .describe(
      'file or https:// address of the JWKS that tokens are checked against; none: no tokens, only --anonymous',
    ),
  tokenIssuer: z.string().default('').describe('iss that tokens must have; needed with --jwks'),
  tokenAudience: z.string().min(1).default(AUDIENCE).describe('aud that tokens must have'),
  tokenAlgorithms: z
    .array(z.enum(TOKEN_ALGORITHMS))
    .min(1)
    .default([...ALGORITHMS])
    .describe(`what tokens may be signed with: ${TOKEN_ALGORITHMS.join(', ')}`),
  publicUrl: z
    .string()
    .refine(
      (text) => text === '' || (URL.canParse(text) && /^wss?:$/.test(new URL(text).protocol)),
      'wss://<edge>/v1/stream is expected',
    )
    .default('')
    .describe(
      'address of the stream as clients know it, told to those who are to move; none: the one that they came by',
    ),
  drainPerSecond: z
    .number()
    .int()
    .min(1)
    .max(100_000)
    .default(DRAIN_PER_SECOND)
    .describe('clients that are sent elsewhere a second when the gateway is stopped'),
  degradation: z
    .enum(['on', 'off'])
    .default('on')
    .describe('on: under load what is not core waits, then all comes at longer intervals, and nobody new is taken'),
  heartbeatMs: z
    .number()
    .int()
    .min(100)
    .max(300_000)
    .default(HEARTBEAT_MS)
    .describe('interval of heartbeats and pings in ms; three without an answer close a connection'),
  ...edgeOptions,
};

/** Options of the gateway's own process. */
export const gatewayProcessSchema = z.object({
  ...processOptions,
  ...clusterOptions,
  ...gatewayOptions,
  rebalance: z
    .enum(['on', 'off'])
    .default('on')
    .describe('on: sends clients to other gateways where this one has far more to do than they have'),
  replication: z
    .number()
    .int()
    .min(1)
    .max(9)
    .default(1)
    .describe('copies of each partition, where topics have to be made'),
  drainMs: z
    .number()
    .int()
    .min(0)
    .max(3_600_000)
    .default(DRAIN_MS)
    .describe('longest that a stop waits for clients to leave; whoever is left then is closed at once'),
  dataDir: z
    .string()
    .default('')
    .describe(
      'folder for the last minutes of md.updates, which clients that come back are replayed from; none: memory only',
    ),
  pageDir: z.string().default('').describe('folder with the built market watch page; none is served without it'),
  threads: z
    .number()
    .int()
    .min(1)
    .max(THREADS_LIMITS.threadsMax)
    .default(1)
    .describe('threads that serve clients; from 2 on one more reads the log, once for all of them'),
});
export type GatewayProcessConfig = Readonly<z.infer<typeof gatewayProcessSchema>>;

export interface GatewayConfig extends AdmissionOptions, EdgeConfig {
  /** Port to listen on; 0 takes a free one. */
  port: number;
  /** Default 15,000. */
  heartbeatMs?: number;
  /** Where clients that are to move are told to go; '' or undefined: where they came from. */
  publicUrl?: string;
  /** Clients that leave a second when it is stopped; default 500. */
  drainPerSecond?: number;
  /** Default off. */
  degradation?: 'on' | 'off';
  /** How long a stop waits for that. Default 0: all are closed at once. */
  drainMs?: number;
  /** Overrides of single limits, for tests and small machines. */
  limits?: Partial<GatewayLimits>;
}
