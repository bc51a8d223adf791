import { clusterOptions, processOptions } from '@tapecast/service-kit';
import { z } from 'zod';
import { TOKEN_SECONDS_MAX } from './limits.ts';

const seconds = z.number().int().min(5).max(TOKEN_SECONDS_MAX);

/** Options of whoever issues tokens, in every set-up. */
export const authOptions = {
  port: z
    .number()
    .int()
    .min(0)
    .max(65_535)
    .default(8090)
    .describe('port of /v1/token and the keys; 0 takes a free one'),
  tokenIssuer: z.string().min(1).max(256).describe('iss of every token; gateways are given the same'),
  tokenAudience: z.string().min(1).max(256).default('tapecast').describe('aud of every token'),
  tokenSecondsMax: seconds.default(TOKEN_SECONDS_MAX).describe('longest life of a token that any client may ask for'),
  rotateEveryMs: z
    .number()
    .int()
    .min(2_000)
    .max(366 * 86_400_000)
    .default(86_400_000)
    .describe('how long a key signs; the same for all instances'),
  clientsFile: z
    .string()
    .min(1)
    .describe('JSON file of the clients that may ask for tokens; read again when it changes'),
  tlsCert: z.string().default('').describe('PEM file with the certificate chain; read again when it changes'),
  tlsKey: z.string().default('').describe('PEM file with its private key'),
  plaintextBeyondLoopback: z
    .boolean()
    .default(false)
    .describe('allow plain HTTP on an address that other machines reach: secrets and tokens cross the network'),
  trustedProxies: z.array(z.string().min(1)).default([]).describe('addresses of proxies whose X-Forwarded-For counts'),
};

/** Options of the process on a real cluster. */
export const authProcessSchema = z.object({
  ...processOptions,
  redis: clusterOptions.redis,
  ...authOptions,
  keyEncryptionKeyFile: z
    .string()
    .default('')
    .describe('file with 32 random bytes as base64, which the signing keys are sealed with; a second line opens only'),
  keyEncryptionKey: z
    .string()
    .default('')
    .describe('the same as text, for the environment: a command line can be read by others'),
});

export interface AuthConfig {
  /** Address and port to listen on; port 0 takes a free one. */
  host: string;
  port: number;
  tokenIssuer: string;
  tokenAudience: string;
  tokenSecondsMax: number;
  rotateEveryMs: number;
  clientsFile: string;
  tlsCert?: string;
  tlsKey?: string;
  plaintextBeyondLoopback?: boolean;
  trustedProxies?: readonly string[];
}
