import { resolve } from 'node:path';
import type { TrialCredentials } from '@tapecast/access';
import type { VenueAbout } from '@tapecast/venue-server';
import type { ClusterConfig } from './config.ts';

const ROOT = resolve(import.meta.dirname, '../../../..');

/** Where the foreign servers are, for those who use them. */
export interface PartAddresses {
  kafka: readonly string[];
  redis: readonly string[];
  /** The venue server, when there is one. */
  venue: ReplayVenueAddress | undefined;
  /** Where clients find the gateways: the stream at nginx. */
  stream: string;
  /** Where the keys of tokens are, when clients need tokens. */
  jwks: string | undefined;
}

/** What a venue server says of itself: whose protocol it speaks follows from the recordings. */
export interface ReplayVenueAddress extends VenueAbout {
  port: number;
}

export type ServiceRole = 'venue' | 'ingest' | 'compute' | 'auth' | 'gateway' | 'redis-watchdog';

/** `iss` of the tokens of every cluster on one machine. */
const TRIAL_ISSUER = 'tapecast-trial';

/** Built `main.js` of each. */
export const SCRIPTS: Readonly<Record<ServiceRole, string>> = {
  venue: resolve(ROOT, 'packages/venue-server/dist/main.js'),
  ingest: resolve(ROOT, 'services/ingest/dist/main.js'),
  compute: resolve(ROOT, 'services/compute/dist/main.js'),
  auth: resolve(ROOT, 'services/auth/dist/main.js'),
  gateway: resolve(ROOT, 'services/gateway/dist/main.js'),
  'redis-watchdog': resolve(ROOT, 'services/redis-watchdog/dist/main.js'),
};

/** The built page; nginx serves it. */
export const PAGE = resolve(ROOT, 'packages/web/dist');

/** The venue server is always paused at first: the play begins at the launcher's `ready` line, or later. */
export function venueArguments(config: ClusterConfig, port: number, adminPort: number): string[] {
  return [
    ...['--port', `${port}`, '--admin-port', `${adminPort}`],
    ...['--recording', config.recording.map((file) => resolve(file)).join(','), '--paused'],
    ...(config.rate === undefined ? ['--speed', config.speed] : ['--rate', `${config.rate}`]),
    ...(config.sentRecord === '' ? [] : ['--sent-record', resolve(config.sentRecord)]),
    ...(config.clones === 0 ? [] : ['--clones', `${config.clones}`, '--seed', `${config.seed}`]),
  ];
}

/** `spoolDir`: a folder of this process's own. */
export function ingestArguments(
  config: ClusterConfig,
  parts: PartAddresses,
  adminPort: number,
  spoolDir: string,
): string[] {
  const symbols = config.symbols.length === 0 ? [] : ['--symbols', config.symbols.join(',')];
  const common = [...serviceArguments(config, parts, adminPort), '--spool-dir', spoolDir];
  if (config.feed === 'simulated') {
    const rate = config.rate === undefined ? [] : ['--rate', `${config.rate}`];
    return [...common, '--feed', 'simulated', '--seed', `${config.seed}`, ...rate];
  }
  if (config.feed === 'itick') return [...common, ...itickArguments(config), ...symbols];
  if (parts.venue === undefined) return [...common, '--feed', 'binance', ...symbols];
  return [...common, ...replayArguments(parts.venue, config.symbols), '--clock', 'ping'];
}

/** The key itself goes by the environment: everyone on the machine can read a command line. */
function itickArguments({ tokenFile, itickWs, itickTypes }: ClusterConfig): string[] {
  return [
    ...['--feed', 'itick'],
    ...(tokenFile === '' ? [] : ['--itick-token-file', resolve(tokenFile)]),
    ...(itickWs === undefined ? [] : ['--itick-ws', itickWs]),
    ...(itickTypes.length === 0 ? [] : ['--itick-types', itickTypes.join(',')]),
  ];
}

/** Secrets of one role; the other processes do not have them. */
export function secretsOf(config: ClusterConfig, role: ServiceRole): NodeJS.ProcessEnv {
  return role === 'ingest' && config.feed === 'itick' && config.token !== ''
    ? { TAPECAST_ITICK_TOKEN: config.token }
    : {};
}

/** iTick lists no symbols: what the recordings have is named. Binance's REST lists them. */
function replayArguments({ venue, port, symbols }: ReplayVenueAddress, wanted: readonly string[]): string[] {
  const address = `127.0.0.1:${port}`;
  if (venue === 'itick') {
    const named = wanted.length === 0 ? symbols : wanted;
    return [
      '--feed',
      'itick',
      '--itick-ws',
      `ws://${address}`,
      '--itick-token',
      'replay',
      '--symbols',
      named.join(','),
    ];
  }
  const named = wanted.length === 0 ? [] : ['--symbols', wanted.join(',')];
  return ['--feed', 'binance', '--binance-ws', `ws://${address}`, '--binance-rest', `http://${address}`, ...named];
}

export function computeArguments(
  config: ClusterConfig,
  parts: PartAddresses,
  adminPort: number,
  memberFile: string,
): string[] {
  return [...serviceArguments(config, parts, adminPort), '--member-file', memberFile];
}

/** nginx is the proxy that it believes. */
export function authArguments(
  config: ClusterConfig,
  redis: readonly string[],
  credentials: TrialCredentials,
  port: number,
  adminPort: number,
): string[] {
  return [
    ...['--host', '127.0.0.1', '--port', `${port}`, '--admin-port', `${adminPort}`, '--log-level', config.logLevel],
    ...['--redis', redis.join(','), '--token-issuer', TRIAL_ISSUER, '--trusted-proxies', '127.0.0.1'],
    ...['--clients-file', credentials.clientsFile, '--key-encryption-key-file', credentials.keyEncryptionKeyFile],
    ...(config.rotateEveryMs === undefined ? [] : ['--rotate-every-ms', `${config.rotateEveryMs}`]),
    ...(config.tokenSecondsMax === undefined ? [] : ['--token-seconds-max', `${config.tokenSecondsMax}`]),
  ];
}

export function redisWatchdogArguments(config: ClusterConfig, redis: readonly string[], adminPort: number): string[] {
  return [
    ...['--host', '127.0.0.1', '--admin-port', `${adminPort}`, '--log-level', config.logLevel],
    ...['--redis', redis.join(',')],
  ];
}

/**
 * With keys for whoever has a token; without, open to anyone: nginx and the gateways listen on loopback only. `dataDir`: a
 * folder of this process's own.
 */
export function gatewayArguments(
  config: ClusterConfig,
  parts: PartAddresses,
  port: number,
  adminPort: number,
  dataDir: string,
): string[] {
  const admission = parts.jwks === undefined ? ['--anonymous'] : ['--jwks', parts.jwks, '--token-issuer', TRIAL_ISSUER];
  const believed = ['--trusted-proxies', '127.0.0.1'];
  const threads = config.gatewayThreads === 1 ? [] : ['--threads', `${config.gatewayThreads}`];
  return [
    ...serviceArguments(config, parts, adminPort),
    ...['--port', `${port}`, '--public-url', parts.stream],
    ...(config.rebalance === 'on' ? [] : ['--rebalance', config.rebalance]),
    ...(config.degradation === 'on' ? [] : ['--degradation', config.degradation]),
    ...(config.slowBytes === undefined ? [] : ['--slow-bytes', `${config.slowBytes}`]),
    ...(config.stalledMs === undefined ? [] : ['--stalled-ms', `${config.stalledMs}`]),
    ...['--data-dir', dataDir, ...threads],
    ...admission,
    ...believed,
  ];
}

function serviceArguments(config: ClusterConfig, parts: PartAddresses, adminPort: number): string[] {
  return [
    ...['--host', '127.0.0.1', '--admin-port', `${adminPort}`, '--log-level', config.logLevel],
    ...['--kafka', parts.kafka.join(','), '--redis', parts.redis.join(','), '--partitions', `${config.partitions}`],
    // Every record on every broker: any one of three may die.
    ...['--replication', `${config.brokers}`],
  ];
}
