import type { HttpRequest, HttpResponse } from 'uWebSockets.js';
import type { Admission } from '../admission/admission.ts';
import type { RestApi } from '../rest/api.ts';
import { type RestReply, restError } from '../rest/reply.ts';
import { tokenOf } from './handshake.ts';
import { PAGE_HEADERS, type StaticFile } from './static-files.ts';

export interface HttpOptions {
  admission: Admission;
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
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** Everything on the client port that is not a WebSocket. */
export class HttpResponder {
  readonly #options: HttpOptions;
  readonly #rest: RestApi;

  constructor(options: HttpOptions, rest: RestApi) {
    this.#options = options;
    this.#rest = rest;
  }

  answer(response: HttpResponse, request: HttpRequest): void {
    const method = request.getMethod();
    const path = request.getUrl();
    const query = request.getQuery() ?? '';
    const token = tokenOf(
      new URLSearchParams(query.slice(0, 4096)).get('token') ?? undefined,
      request.getHeader('authorization'),
    );
    let aborted = false;
    response.onAborted(() => {
      aborted = true;
    });
    // A body is never asked for; what comes is thrown away as it comes.
    response.onData(() => {});
    const reply = (answer: RestReply): void => {
      if (!aborted) this.#send(response, answer, method === 'head');
    };
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
    const file = this.#options.page.get(path);
    if (file !== undefined) {
      this.#sendFile(response, file, method === 'head');
      return;
    }
    // Owned here: `answer` rejects nothing, and what fails in sending is told.
    this.#rest
      .answer(path, query, token)
      .then(reply)
      .catch((error: unknown) => this.#options.failed('rest', error));
  }

  #send(response: HttpResponse, { status, body, retryAfterS }: RestReply, headOnly: boolean): void {
    response.cork(() => {
      response.writeStatus(`${status} ${STATUS_TEXT[status] ?? ''}`);
      if (this.#options.admission.openToAllOrigins) {
        response
          .writeHeader('access-control-allow-origin', '*')
          .writeHeader('access-control-allow-methods', 'GET, HEAD');
      }
      response.writeHeader('cache-control', 'no-store').writeHeader('x-content-type-options', 'nosniff');
      if (status === 405) response.writeHeader('allow', 'GET, HEAD, OPTIONS');
      if (status === 401) response.writeHeader('www-authenticate', 'Bearer');
      if (status === 426) response.writeHeader('upgrade', 'websocket');
      if (retryAfterS !== undefined) response.writeHeader('retry-after', String(retryAfterS));
      if (status === 204) {
        response.endWithoutBody();
        return;
      }
      response.writeHeader('content-type', 'application/json');
      if (headOnly) response.endWithoutBody(Buffer.byteLength(body));
      else response.end(body);
    });
  }

  #sendFile(response: HttpResponse, file: StaticFile, headOnly: boolean): void {
    response.cork(() => {
      response.writeStatus('200 OK').writeHeader('content-type', file.type).writeHeader('cache-control', file.cache);
      for (const [name, value] of PAGE_HEADERS) response.writeHeader(name, value);
      if (headOnly) response.endWithoutBody(file.body.byteLength);
      else response.end(file.body);
    });
  }
}
