import { StartError } from '@tapecast/service-kit';
import { z } from 'zod';
import type { GatewayLimits } from '../limits.ts';
import { type AddressRange, parseRange } from './address.ts';
import type { TlsFiles } from './certificate-watch.ts';
import { type OriginRule, parseOriginRule } from './origin-policy.ts';

const perSecond = z.number().int().min(1).max(1_000_000).optional();

/** Options of the client port: TLS, whom to believe, and how much of it one address may have. */
export const edgeOptions = {
  tlsCert: z
    .string()
    .default('')
    .describe(
      'PEM file of the certificate and its chain: serves https and wss; a new one is served as soon as it is there',
    ),
  tlsKey: z.string().default('').describe('PEM file of its private key; needed with --tls-cert'),
  allowedOrigins: z
    .array(
      z
        .string()
        .refine(
          (text) => parseOriginRule(text) !== undefined,
          'https://a.example, https://*.b.example or * is expected',
        ),
    )
    .default([])
    .describe(
      "origins of pages that may use stream and REST beside the gateway's own: https://a.example,https://*.b.example, or *",
    ),
  trustedProxies: z
    .array(z.string().refine((text) => parseRange(text) !== undefined, '10.0.0.0/8, ::1/128 or an address is expected'))
    .default([])
    .describe('addresses of proxies whose X-Forwarded-For and X-Forwarded-Proto are believed: 127.0.0.1/32,10.0.0.0/8'),
  handshakesPerSecond: perSecond.describe(
    'connections an address may make a second, ten times as many at once (default 100)',
  ),
  connectionsPerAddress: perSecond.describe('connections an address may hold (default 4000)'),
  unadmittedConnections: perSecond.describe(
    'connections that may wait for their token in all; each may keep 1 MiB of a message that is under way (default 4000)',
  ),
  requestsPerSecond: perSecond.describe(
    'REST requests an address may make a second, ten times as many at once (default 100)',
  ),
  bytesPerSecond: z
    .number()
    .int()
    // Sixteen times as much is a message of the longest.
    .min(16_384)
    .optional()
    .describe('bytes a connection may send a second, sixteen times as many at once (default 262144)'),
  slowBytes: z
    .number()
    .int()
    .min(65_536)
    .max(8_388_608)
    .optional()
    .describe('bytes a client may leave unread before its updates are merged (default 262144)'),
  stalledMs: z
    .number()
    .int()
    .min(100)
    .max(60_000)
    .optional()
    .describe('ms a client may read nothing before its updates are merged (default 1000)'),
};

/** The same for a gateway within another process. */
export type EdgeConfig = { readonly [key in keyof typeof edgeOptions]?: z.infer<(typeof edgeOptions)[key]> };

export interface EdgeSettings {
  tls: TlsFiles | undefined;
  origins: readonly OriginRule[];
  trustedProxies: readonly AddressRange[];
}

/** Throws StartError for what can't be meant. */
export function edgeSettings(config: EdgeConfig): EdgeSettings {
  const { tlsCert = '', tlsKey = '' } = config;
  if ((tlsCert === '') !== (tlsKey === ''))
    throw new StartError(
      'bad_option',
      '--tls-cert and --tls-key belong together: a certificate is served with its key.',
    );
  return {
    tls: tlsCert === '' ? undefined : { certificate: tlsCert, key: tlsKey },
    origins: (config.allowedOrigins ?? []).map((text) => parsed('--allowed-origins', text, parseOriginRule)),
    trustedProxies: (config.trustedProxies ?? []).map((text) => parsed('--trusted-proxies', text, parseRange)),
  };
}

/** The limits that an operator set. What may come at once grows with what may come a second. */
export function limitsOf(config: EdgeConfig): Partial<GatewayLimits> {
  const { handshakesPerSecond, connectionsPerAddress, unadmittedConnections, requestsPerSecond, bytesPerSecond } =
    config;
  const { slowBytes, stalledMs } = config;
  return {
    ...(handshakesPerSecond === undefined ? {} : { handshakesPerSecond, handshakesBurst: handshakesPerSecond * 10 }),
    ...(connectionsPerAddress === undefined ? {} : { connectionsPerAddressMax: connectionsPerAddress }),
    ...(unadmittedConnections === undefined ? {} : { unadmittedMax: unadmittedConnections }),
    ...(requestsPerSecond === undefined ? {} : { requestsPerSecond, requestsBurst: requestsPerSecond * 10 }),
    ...(bytesPerSecond === undefined ? {} : { bytesPerSecond, bytesBurst: bytesPerSecond * 16 }),
    ...(slowBytes === undefined ? {} : { slowBytes }),
    ...(stalledMs === undefined ? {} : { stalledMs }),
  };
}

function parsed<T>(option: string, text: string, parse: (text: string) => T | undefined): T {
  const value = parse(text);
  if (value === undefined)
    throw new StartError('bad_option', `${option} has ${JSON.stringify(text)}, which can't be read`);
  return value;
}
