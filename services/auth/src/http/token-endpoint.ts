import type { IncomingMessage } from 'node:http';
import type { Logger } from '@tapecast/service-kit';
import type { ClientRegistry } from '../clients/client-registry.ts';
import type { SecretChecker } from '../clients/secret-checker.ts';
import type { AuthMetrics, Refusal } from '../metrics.ts';
import { issueToken, type TokenIssuerOptions } from '../tokens/token-issuer.ts';
import { readTokenRequest, type TokenFault } from '../tokens/token-request.ts';
import { json, type Reply, readBody, UNSTORED } from './reply.ts';

export interface TokenEndpointDeps {
  clients: ClientRegistry;
  checker: SecretChecker;
  issuing: TokenIssuerOptions;
  metrics: AuthMetrics;
  logger: Logger;
}

/** `POST /v1/token`: RFC 6749, section 4.4. */
export async function answerTokenRequest(
  deps: TokenEndpointDeps,
  request: IncomingMessage,
  address: string,
): Promise<Reply> {
  const begunAt = performance.now();
  const body = await readBody(request);
  if (body === undefined) return refuse(deps, 413, 'invalid_request', 'the body is too long', { connection: 'close' });
  const reading = readTokenRequest(request.headers['content-type'], body, request.headers.authorization);
  if ('fault' in reading) return refuseFault(deps, reading.fault);
  const { credentials } = reading.value;
  const client = deps.clients.get(credentials.id);
  const verdict = await deps.checker.check(credentials.id, client, credentials.secret, address);
  switch (verdict.outcome) {
    case 'too_many_failures':
      return refuseForNow(deps, 429, 'too_many_failures', verdict.afterMs, 'too many wrong secrets came from here');
    case 'busy':
      return refuseForNow(deps, 503, 'busy', 1_000, 'too many secrets are being checked');
    case 'wrong':
      // Bounded by the failures that are counted. Names of nobody are a stranger's text and are left out.
      deps.logger.warn({ event: 'client_refused', address, client: client?.id });
      return refuseFault(deps, {
        error: 'invalid_client',
        description: 'no client has this id and secret',
        basic: credentials.basic,
      });
    case 'right':
      break;
  }
  if (client === undefined) throw new Error('a client that nobody knows was let in');
  const outcome = await issueToken(deps.issuing, client, reading.value);
  if ('fault' in outcome) return refuseFault(deps, outcome.fault);
  deps.metrics.issued(performance.now() - begunAt);
  const { token, expiresIn } = outcome.issued;
  return json(200, { access_token: token, token_type: 'Bearer', expires_in: expiresIn }, UNSTORED);
}

function refuseFault(deps: TokenEndpointDeps, { error, description, basic }: TokenFault): Reply {
  const challenge = basic ? { 'www-authenticate': 'Basic realm="tapecast", charset="UTF-8"' } : {};
  return refuse(deps, error === 'invalid_client' ? 401 : 400, error, description, challenge);
}

function refuseForNow(deps: TokenEndpointDeps, status: number, reason: Refusal, afterMs: number, why: string): Reply {
  const seconds = Math.ceil(afterMs / 1_000);
  deps.metrics.refused(reason);
  const description = `${why}; try again in ${seconds} s`;
  return json(
    status,
    { error: 'temporarily_unavailable', error_description: description },
    { ...UNSTORED, 'retry-after': `${seconds}` },
  );
}

function refuse(
  deps: TokenEndpointDeps,
  status: number,
  error: TokenFault['error'],
  description: string,
  headers: Record<string, string>,
): Reply {
  deps.metrics.refused(error);
  return json(status, { error, error_description: ascii(description) }, { ...UNSTORED, ...headers });
}

/** RFC 6749, section 5.2 allows no other characters in `error_description`. */
const ascii = (text: string): string => text.replace(/["\\]/g, "'").replace(/[^\x20-\x7e]/g, '?');
