import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { removeTrialClient, writeTrialCredentials } from '@tapecast/access';
import { type AuthService, authOptions, JWKS_PATH, keyEncryptionKey, startAuth } from '@tapecast/auth';
import { computeConfig, startCompute } from '@tapecast/compute';
import { sessionRoute, startGateway } from '@tapecast/gateway';
import { startIngest } from '@tapecast/ingest';
import { openMemoryKeyRingStore, openMemorySessionStore } from '@tapecast/market-state';
import {
  type AdminRoutes,
  createLogger,
  createRegistry,
  type Logger,
  metricsOf,
  type Readiness,
  type Registry,
  type RunningService,
  StartError,
  startAdminServer,
} from '@tapecast/service-kit';
import { RecordingError, startVenue as startVenueServer, VenueError } from '@tapecast/venue-server';
import { z } from 'zod';
import { EMBEDDED_PARTITIONS, type StandaloneConfig } from './config.ts';
import { openKept } from './kept.ts';

const HOST = '127.0.0.1';
/** `iss` of its tokens. */
const ISSUER = 'tapecast-embedded';
const AUTH_DEFAULTS = z.object(authOptions);
const PAGE = resolve(import.meta.dirname, '../../../packages/web/dist');
/** A feed whose venue is away must not keep the page from people for ever: past this the start fails and says why. */
const READY_DEADLINE_MS = 30_000;
const READY_POLL_MS = 10;
/** The venue server of a replay takes any key. */
const REPLAY_TOKEN = 'replay';
const ADDRESSES_FILE = 'standalone.json';

export interface Standalone {
  service: RunningService;
  addresses: string[];
  /** To be called when the `ready` line is out: a replay that is not `--paused` begins. */
  onReady(): void;
}

/** The whole system in one process on the memory drivers: each service as in the cluster, wired by hand. */
export async function startStandalone(config: StandaloneConfig): Promise<Standalone> {
  const logger = (service: string) => createLogger(service, config.logLevel);
  const metrics = createRegistry();
  prepareDataDir(config);

  // In order of dependency; stopped in reverse.
  const parts: { stop(): Promise<unknown> }[] = [];
  const stopAll = async (): Promise<void> => {
    for (const part of parts.splice(0).reverse()) await part.stop();
  };
  try {
    const kept = await openKept({
      dataDir: config.dataDir,
      feed: config.feed,
      partitions: EMBEDDED_PARTITIONS,
      keep: config.keep,
      logger: logger('standalone'),
    });
    parts.push({ stop: () => kept.close() });
    const { log, state } = kept;
    parts.push({ stop: () => log.close() });
    parts.push({ stop: () => state.close() });

    const venue = config.feed === 'replay' ? await startVenue(config) : undefined;
    if (venue !== undefined) parts.push(venue);

    const services: RunningService[] = [];
    const add = <S extends RunningService>(service: S): S => {
      services.push(service);
      parts.push(service);
      return service;
    };
    const auth = config.auth ? add(await startIssuer(config, logger('auth'), metrics)) : undefined;
    if (auth !== undefined) parts.push({ stop: async () => removeTrialClient(config.dataDir) });
    const gateway = add(
      await startGateway({
        config: {
          ...{ host: HOST, port: config.port, ...admission(auth) },
          ...(config.slowBytes === undefined ? {} : { slowBytes: config.slowBytes }),
          ...(config.stalledMs === undefined ? {} : { stalledMs: config.stalledMs }),
        },
        log,
        state,
        sessions: openMemorySessionStore(),
        logger: logger('gateway'),
        metrics,
        page: { dir: PAGE },
      }),
    );
    add(
      await startCompute({
        config: computeConfig.parse({}),
        log,
        state,
        logger: logger('compute'),
        metrics,
      }),
    );
    add(
      await startIngest({
        config: {
          seed: config.seed,
          rate: config.rate,
          startMs: config.startMs,
          // iTick lists no symbols: what the recordings have is named. Binance's REST lists them.
          symbols: config.symbols.length === 0 && venue?.venue === 'itick' ? [...venue.symbols] : config.symbols,
          feed: config.feed === 'replay' ? (venue?.venue ?? 'binance') : config.feed,
          binanceWs: venue?.wsUrl ?? config.binanceWs,
          binanceRest: venue?.restUrl ?? config.binanceRest,
          binanceRenewAfterMs: config.binanceRenewAfterMs,
          itickWs: venue?.wsUrl ?? config.itickWs,
          itickToken: venue === undefined ? config.token : REPLAY_TOKEN,
          itickTokenFile: venue === undefined ? config.tokenFile : '',
          itickTypes: config.itickTypes,
          clock: venue === undefined ? 'wall' : 'ping',
        },
        log,
        state,
        logger: logger('ingest'),
        metrics,
      }),
    );

    const ready = (): Readiness =>
      services.map((service) => service.ready()).find((one) => !one.ready) ?? { ready: true, reason: '' };
    const failed = Promise.race(services.map((service) => service.failed));
    const routes: AdminRoutes = {
      ...auth?.routes,
      'GET /sessions/*': sessionRoute((id) => gateway.session(id)),
    };
    if (venue !== undefined)
      routes['POST /replay/start'] = () => {
        venue.start();
        return { status: 200, body: 'started\n' };
      };
    const admin = await startAdminServer({
      host: HOST,
      port: config.adminPort,
      portOption: '--admin-port',
      metrics: metricsOf(metrics),
      ready,
      routes,
    });
    parts.push({ stop: () => admin.close() });
    await untilReady(ready, failed);

    const page = `http://${HOST}:${gateway.port}/`;
    const stream = `ws://${HOST}:${gateway.port}/v1/stream`;
    writeAddresses(config, { page, stream, admin: admin.address, ...(auth === undefined ? {} : { auth: auth.url }) });
    return {
      service: { name: 'standalone', ready, failed, stop: stopAll },
      addresses: [page, stream, `admin=${admin.address}`, ...(auth === undefined ? [] : [`auth=${auth.url}`])],
      onReady: () => {
        if (!config.paused) venue?.start();
      },
    };
  } catch (error) {
    await stopAll();
    throw error;
  }
}

/** Keys and clients for trying: both are new with each process, as everything on the memory drivers is. */
async function startIssuer(config: StandaloneConfig, logger: Logger, metrics: Registry): Promise<AuthService> {
  const credentials = await writeTrialCredentials(config.dataDir);
  const auth = await startAuth({
    config: {
      ...AUTH_DEFAULTS.parse({ tokenIssuer: ISSUER, clientsFile: credentials.clientsFile }),
      host: HOST,
      port: config.authPort,
    },
    store: openMemoryKeyRingStore(),
    keyEncryptionKeys: [keyEncryptionKey(randomBytes(32))],
    logger,
    metrics,
  });
  credentials.announce(auth.url);
  return auth;
}

const admission = (auth: AuthService | undefined) =>
  auth === undefined ? { anonymous: true } : { anonymous: false, jwks: `${auth.url}${JWKS_PATH}`, tokenIssuer: ISSUER };

async function startVenue(config: StandaloneConfig) {
  if (config.recording.length === 0)
    throw new StartError('bad_option', '--feed replay needs --recording <file>[,<file>…], the recordings to play');
  const missing = config.recording.filter((file) => !existsSync(file));
  if (missing.length > 0) throw new StartError('bad_option', `--recording: there is no file ${missing.join(', ')}`);
  try {
    return await startVenueServer({
      recordings: config.recording,
      speed: config.speed === 'max' ? 'max' : Number(config.speed),
      paused: true,
    });
  } catch (error) {
    if (error instanceof RecordingError || error instanceof VenueError)
      throw new StartError('bad_option', `--recording: ${error.message}`, { cause: error });
    throw error;
  }
}

async function untilReady(ready: () => Readiness, failed: Promise<Error>): Promise<void> {
  const failure: { error?: Error } = {};
  // Watched here only until the start is through; then by the command.
  void failed.then((error) => {
    failure.error = error;
  });
  const deadline = performance.now() + READY_DEADLINE_MS;
  for (let now = ready(); !now.ready; now = ready()) {
    if (failure.error !== undefined) throw failure.error;
    if (now.refused === true) throw new StartError('unavailable', `can't be made ready: ${now.reason}`);
    if (performance.now() > deadline)
      throw new StartError('unavailable', `not ready after ${READY_DEADLINE_MS / 1000} s: ${now.reason}`);
    await delay(READY_POLL_MS);
  }
}

/** Log and store empty their own folders; here it is the addresses of the run before. */
function prepareDataDir(config: StandaloneConfig): void {
  mkdirSync(config.dataDir, { recursive: true });
  if (!config.keep) rmSync(join(config.dataDir, ADDRESSES_FILE), { force: true });
}

function writeAddresses(config: StandaloneConfig, addresses: Record<string, string>): void {
  writeFileSync(
    join(config.dataDir, ADDRESSES_FILE),
    `${JSON.stringify({ pid: process.pid, ...addresses }, undefined, 2)}\n`,
  );
}
