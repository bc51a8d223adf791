import type { IncomingMessage, ServerResponse } from 'node:http';
import type { KeyRingStore } from '@tapecast/market-state';
import type { AdminRoutes, Logger, Registry, RunningService } from '@tapecast/service-kit';
import { PacedCircuit, StartError, watchCircuits } from '@tapecast/service-kit';
import { ClientRegistry } from './clients/client-registry.ts';
import { SecretChecker } from './clients/secret-checker.ts';
import { WindowCounter } from './clients/window-counter.ts';
import type { AuthConfig } from './config.ts';
import { clientAddress } from './http/client-address.ts';
import { json, type Reply, send, UNSTORED } from './http/reply.ts';
import { checkListening, listen, pathOf } from './http/server.ts';
import { answerTokenRequest, type TokenEndpointDeps } from './http/token-endpoint.ts';
import { KeyKeeper } from './keys/key-keeper.ts';
import { ringTimes, timesDisagree } from './keys/ring-times.ts';
import type { KeyEncryptionKey } from './keys/sealed-ring.ts';
import { REQUESTS_PER_SECOND_MAX, STORE_LATE_MS } from './limits.ts';
import { createAuthMetrics } from './metrics.ts';

export interface AuthDeps {
  config: AuthConfig;
  /** Closed by the caller, after `stop`. */
  store: KeyRingStore;
  /** The first seals and opens, the others open only. */
  keyEncryptionKeys: readonly KeyEncryptionKey[];
  logger: Logger;
  metrics: Registry;
  /** Unix ms; the machine's clock unless a test says otherwise. */
  nowMs?: () => number;
}

export interface AuthService extends RunningService {
  readonly port: number;
  /** `http://127.0.0.1:8090`. */
  readonly url: string;
  /** For operators, on the admin port. */
  readonly routes: AdminRoutes;
}

export const TOKEN_PATH = '/v1/token';
export const JWKS_PATH = '/.well-known/jwks.json';

/** Options that can't work together, before anything is opened. Throws StartError. */
export function checkAuthConfig(config: AuthConfig): void {
  checkListening(config);
  const disagree = timesDisagree(ringTimes(config.rotateEveryMs, config.tokenSecondsMax));
  if (disagree !== '') throw new StartError('bad_option', disagree);
}

/** Issues tokens to clients, publishes the keys that they are checked with, and changes these keys. */
export async function startAuth(deps: AuthDeps): Promise<AuthService> {
  const { config, logger } = deps;
  checkAuthConfig(config);
  const nowMs = deps.nowMs ?? Date.now;
  const metrics = createAuthMetrics(deps.metrics, {
    publishedKeys: () => keeper.published().length,
    signingKeyAgeSeconds: () => keeper.signingAgeMs / 1_000,
    storeUp: () => (keeper.storeState === 'ok' ? 1 : 0),
    storeAgeSeconds: () => keeper.storeAgeMs / 1_000,
    clients: () => clients.size,
  });
  // One look at a time, every few seconds: no request of a client waits for it.
  const circuit = new PacedCircuit({ target: 'key_ring', lateMs: STORE_LATE_MS });
  watchCircuits(deps.metrics, [circuit]);
  const keeper = new KeyKeeper({
    store: circuit.watched(deps.store),
    keys: deps.keyEncryptionKeys,
    times: ringTimes(config.rotateEveryMs, config.tokenSecondsMax),
    nowMs,
    metrics,
    logger,
  });
  const clients = new ClientRegistry(config.clientsFile, logger, metrics);
  const endpoint: TokenEndpointDeps = {
    clients,
    checker: new SecretChecker(() => performance.now(), metrics.secretChecked),
    issuing: {
      issuer: config.tokenIssuer,
      audience: config.tokenAudience,
      secondsMax: config.tokenSecondsMax,
      signer: () => keeper.signer(),
      nowMs,
    },
    metrics,
    logger,
  };
  const requests = new WindowCounter(REQUESTS_PER_SECOND_MAX, 1_000);
  const trusted = new Set(config.trustedProxies);

  const answer = async (request: IncomingMessage): Promise<Reply> => {
    const forwarded = request.headers['x-forwarded-for'];
    const forwardedFor = Array.isArray(forwarded) ? forwarded.join(',') : forwarded;
    const address = clientAddress(request.socket.remoteAddress, forwardedFor, trusted);
    const atMs = performance.now();
    if (requests.fullForMs(address, atMs) > 0) {
      metrics.refused('too_many_requests');
      const content = { error: 'temporarily_unavailable', error_description: 'too many requests; try again in 1 s' };
      return json(429, content, { ...UNSTORED, 'retry-after': '1' });
    }
    requests.add(address, atMs);
    const path = pathOf(request);
    if (path === TOKEN_PATH)
      return request.method === 'POST' ? answerTokenRequest(endpoint, request, address) : wrongMethod('POST');
    if (path === JWKS_PATH) {
      if (request.method !== 'GET' && request.method !== 'HEAD') return wrongMethod('GET, HEAD');
      metrics.jwksServed();
      const { body, maxAgeSeconds } = keeper.jwks();
      const headers = {
        'content-type': 'application/jwk-set+json',
        'cache-control': `public, max-age=${maxAgeSeconds}`,
      };
      return { status: 200, body, headers };
    }
    return json(404, { error: 'not_found', error_description: `there are POST ${TOKEN_PATH} and GET ${JWKS_PATH}` });
  };
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    // Ends by itself: what fails is answered, and a client that has gone is nobody to answer.
    void answer(request)
      .catch((error: unknown): Reply => {
        if (request.errored !== null || request.destroyed) return json(400, { error: 'invalid_request' });
        metrics.refused('failed');
        logger.error({ event: 'request_failed', error: error instanceof Error ? error.message : String(error) });
        return json(500, { error: 'server_error', error_description: 'this is a defect; its log has more' }, UNSTORED);
      })
      .then((reply) => send(response, reply, request.method !== 'HEAD'));
  };

  try {
    await keeper.open();
    const server = await listen(config, handle, logger, metrics);
    let stopped: Promise<void> | undefined;
    const stop = async (): Promise<void> => {
      await server.close();
      await keeper.close();
      clients.close();
    };
    return {
      name: 'auth',
      port: server.port,
      url: server.url,
      routes: adminRoutes(keeper),
      ready: () => keeper.ready(),
      // Nothing that happens to the store ends it.
      failed: new Promise(() => undefined),
      stop: () => {
        stopped ??= stop();
        return stopped;
      },
    };
  } catch (error) {
    await keeper.close();
    clients.close();
    throw error;
  }
}

const wrongMethod = (allowed: string): Reply =>
  json(405, { error: 'invalid_request', error_description: `expected ${allowed}` }, { allow: allowed });

/** What an operator does with keys: look, change, revoke. */
function adminRoutes(keeper: KeyKeeper): AdminRoutes {
  return {
    'GET /keys': () => {
      const lines = keeper.published().map((key) => {
        const { kid, publishedFromMs, signsFromMs, signsUntilMs, publishedUntilMs } = key;
        return { kid, publishedFromMs, signsFromMs, signsUntilMs, publishedUntilMs };
      });
      return { status: 200, body: `${JSON.stringify(lines, undefined, 2)}\n`, contentType: 'application/json' };
    },
    'POST /keys/rotate': async () => {
      await keeper.rotate();
      return { status: 200, body: 'the next key signs as soon as every verifier knows it\n' };
    },
    'POST /keys/revoke': async (request) => {
      const kid = new URL(request.url ?? '/', 'http://admin').searchParams.get('kid') ?? '';
      if (await keeper.revoke(kid))
        return { status: 200, body: `${kid} is revoked; gateways forget it when they next fetch the keys\n` };
      return { status: 404, body: 'there is no such key; GET /keys lists them. POST /keys/revoke?kid=<kid>\n' };
    },
  };
}
