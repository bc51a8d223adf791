import type { HttpRequest, HttpResponse } from 'uWebSockets.js';
import type { RestApi } from '../rest/api.ts';
import { type RestReply, restError } from '../rest/reply.ts';
import type { AddressLimits } from './address-limits.ts';
import { tokenOf } from './handshake.ts';
import type { EdgeMetrics } from './metrics.ts';
import type { EdgeSettings } from './options.ts';
import { type OriginPolicy, originRefused } from './origin-policy.ts';
import { PAGE_HEADERS, type StaticFile } from './static-files.ts';
import { visitorOf } from './visitor.ts';

export interface HttpOptions {
  settings: EdgeSettings;
  origins: OriginPolicy;
  addresses: AddressLimits;
  edgeMetrics: EdgeMetrics;
  page: ReadonlyMap<string, StaticFile>;
  failed: (where: string, error: unknown) => void;
}

const STATUS_TEXT: Readonly<Record<number, string>> = {
  200: 'OK',
  204: 'No Content',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  414: 'URI Too Long',
  426: 'Upgrade Required',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** What an answer depends on, beside its content. */
interface Asked {
  headOnly: boolean;
  last: boolean;
  /** The origin that may read it, where a page asked. */
  origin: string | undefined;
}

/** Everything on the client port that is not a WebSocket. */
export class HttpResponder {
  readonly #options: HttpOptions;
  readonly #rest: RestApi;

  constructor(options: HttpOptions, rest: RestApi) {
    this.#options = options;
    this.#rest = rest;
  }

  /** `last`: the connection ends with this answer. */
  answer(response: HttpResponse, request: HttpRequest, last: boolean): void {
    const { settings, origins, addresses, edgeMetrics } = this.#options;
    const method = request.getMethod();
    const path = request.getUrl();
    const visitor = visitorOf(response, request, settings.trustedProxies, settings.tls !== undefined);
    const origin = request.getHeader('origin');
    const asked: Asked = { headOnly: method === 'head', last, origin: undefined };
    let aborted = false;
    response.onAborted(() => {
      aborted = true;
    });
    // A body is never asked for; what comes is thrown away as it comes.
    response.onData(() => {});
    const reply = (answer: RestReply): void => {
      if (!aborted) this.#send(response, answer, asked);
    };
    const file = this.#options.page.get(path);
    if (file !== undefined && (method === 'get' || method === 'head')) {
      this.#sendFile(response, file, asked);
      return;
    }
    const limited = addresses.request(visitor.key, performance.now());
    if (limited !== undefined) {
      edgeMetrics.refused[limited.limit].inc();
      reply(restError('too_many_requests', limited.msg, limited.retryAfterS));
      return;
    }
    if (!origins.allows({ origin, host: request.getHeader('host'), secure: visitor.secure })) {
      edgeMetrics.refused.origin.inc();
      reply(restError('origin_not_allowed', originRefused(origin)));
      return;
    }
    if (origin !== '') asked.origin = origin;
    const query = request.getQuery() ?? '';
    const token = tokenOf(
      new URLSearchParams(query.slice(0, 4096)).get('token') ?? undefined,
      request.getHeader('authorization'),
    );
    if (method === 'options') {
      reply({ status: 204, body: '' });
      return;
    }
    if (method !== 'get' && method !== 'head') {
      reply(restError('method_not_allowed', `${method.toUpperCase()} is not served here; use GET`));
      return;
    }
    if (path === '/v1/stream') {
      reply(restError('upgrade_required', 'this is the WebSocket stream: connect to it with a WebSocket client'));
      return;
    }
    // Owned here: `answer` rejects nothing, and what fails in sending is told.
    this.#rest
      .answer(path, query, token)
      .then(reply)
      .catch((error: unknown) => this.#options.failed('rest', error));
  }

  #send(response: HttpResponse, { status, body, retryAfterS }: RestReply, { headOnly, last, origin }: Asked): void {
    response.cork(() => {
      response.writeStatus(`${status} ${STATUS_TEXT[status] ?? ''}`);
      this.#allowOrigin(response, origin);
      response.writeHeader('cache-control', 'no-store').writeHeader('x-content-type-options', 'nosniff');
      if (status === 405) response.writeHeader('allow', 'GET, HEAD, OPTIONS');
      if (status === 401) response.writeHeader('www-authenticate', 'Bearer');
      if (status === 426) response.writeHeader('upgrade', 'websocket');
      if (retryAfterS !== undefined) response.writeHeader('retry-after', String(retryAfterS));
      if (status === 204) {
        response.endWithoutBody(undefined, last);
        return;
      }
      response.writeHeader('content-type', 'application/json');
      if (headOnly) response.endWithoutBody(Buffer.byteLength(body), last);
      else sendBody(response, Buffer.from(body), last);
    });
  }

  /** `origin` is an allowed one. Without cookies there is nothing that a page's user has and its program has not. */
  #allowOrigin(response: HttpResponse, origin: string | undefined): void {
    const { any } = this.#options.origins;
    // What is said depends on who asks: nobody may keep it for another.
    if (!any) response.writeHeader('vary', 'origin');
    if (!any && origin === undefined) return;
    response
      .writeHeader('access-control-allow-origin', any ? '*' : (origin ?? ''))
      .writeHeader('access-control-allow-methods', 'GET, HEAD')
      .writeHeader('access-control-allow-headers', 'authorization')
      .writeHeader('access-control-expose-headers', 'retry-after')
      .writeHeader('access-control-max-age', '600');
  }

  #sendFile(response: HttpResponse, file: StaticFile, { headOnly, last }: Asked): void {
    response.cork(() => {
      response.writeStatus('200 OK').writeHeader('content-type', file.type).writeHeader('cache-control', file.cache);
      for (const [name, value] of PAGE_HEADERS) response.writeHeader(name, value);
      if (headOnly) response.endWithoutBody(file.body.byteLength, last);
      else sendBody(response, file.body, last);
    });
  }
}

/**
 * Gives the library no more than the client takes; else it keeps what is unread, as much as anybody asks for. Until all is
 * written the answer is not over, and a connection that asks on meanwhile is closed by the library.
 */
function sendBody(response: HttpResponse, body: Uint8Array, last: boolean): void {
  if (last || body.byteLength === 0) {
    response.end(body, last);
    return;
  }
  const total = body.byteLength;
  const from = response.getWriteOffset();
  const [, done] = response.tryEnd(body, total);
  if (done) return;
  response.onWritable((offset) => response.tryEnd(body.subarray(offset - from), total)[0]);
}
