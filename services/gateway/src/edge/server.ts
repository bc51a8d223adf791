import uWS, { type HttpRequest, type HttpResponse, type us_socket_context_t, type WebSocket } from 'uWebSockets.js';
import { type Logger, StartError } from '@tapecast/service-kit';
import type { Admission } from '../admission/admission.ts';
import type { Entrance, ShutReason } from '../admission/entrance.ts';
import type { Encoding } from '../fanout/client.ts';
import type { ClientSocket } from '../fanout/client-socket.ts';
import type { GatewayLimits } from '../limits.ts';
import type { GatewayMetrics } from '../metrics.ts';
import type { Session } from '../protocol/session.ts';
import type { Sessions } from '../protocol/sessions.ts';
import type { RestApi } from '../rest/api.ts';
import { type RestErrorCode, restError } from '../rest/reply.ts';
import type { Door } from './acceptor.ts';
import { AddressLimits } from './address-limits.ts';
import { CertificateError } from './certificate.ts';
import { CertificateWatch } from './certificate-watch.ts';
import { chooseSubprotocol, tokenOf } from './handshake.ts';
import { HttpResponder } from './http-responder.ts';
import type { EdgeMetrics, TlsMetrics } from './metrics.ts';
import { type NativeApp, NativeApps } from './native-apps.ts';
import type { EdgeSettings } from './options.ts';
import { OriginPolicy, originRefused } from './origin-policy.ts';
import type { StaticFile } from './static-files.ts';
import { visitorOf } from './visitor.ts';

/*
 * This folder is the only importer of uWebSockets.js. Its rules of life, which nothing checks for us:
 *
 * | object            | valid                                             | so                                                      |
 * |-------------------|---------------------------------------------------|---------------------------------------------------------|
 * | HttpRequest       | inside its callback, before any await             | everything is read from it first                        |
 * | HttpResponse      | until `end` or `onAborted`                        | `onAborted` is set before an answer waits; then a flag  |
 * | answer's body     | `end` keeps all that the client does not read     | `tryEnd` and `onWritable`: we keep it, once for all     |
 * | WebSocket         | from `open` to `close`; any call after it throws  | `Client.closed` is set in `close` and asked before use  |
 * | message buffer    | until the callback returns                        | it is parsed at once and never kept                     |
 * | socket after end()| 16 s at most, for the unread rest (idleTimeout>0) | with idleTimeout 0 it would wait for ever               |
 * | listen socket     | until closed; shared silently with other processes| several on one port, which nobody else may have         |
 * | app               | as the process; its certificate is for good       | `NativeApps`: a new one for a new certificate           |
 * | headers           | 4 KiB together, else 431 by the library           | longer tokens come in an `auth` message                 |
 * | callbacks         | an exception in one ends the process              | each is guarded                                         |
 * | send              | drops the frame over maxBackpressure, returns 2   | our own bound is lower; `Client.dropped` ends it        |
 * | close reason      | 123 bytes                                         | `Session.end` cuts                                      |
 */

export interface EdgeOptions {
  host: string;
  port: number;
  settings: EdgeSettings;
  /** Who accepts connections, where it is another thread. */
  door?: Door | undefined;
  heartbeatMs: number;
  limits: GatewayLimits;
  metrics: GatewayMetrics;
  edgeMetrics: EdgeMetrics;
  /** There where `settings.tls` is. */
  tlsMetrics: TlsMetrics | undefined;
  admission: Admission;
  /** Whether anybody new may connect. */
  entrance: Entrance;
  turnedAway: (reason: ShutReason) => void;
  page: ReadonlyMap<string, StaticFile>;
  logger: Logger;
  /** Wall time, Unix ms. */
  nowMs: () => number;
  /** A callback failed in a way that is nobody's answer. */
  failed: (where: string, error: unknown) => void;
}

interface UserData {
  encoding: Encoding;
  /** As the handshake gave it; forgotten once the session has it. */
  token: string | undefined;
  session: Session | undefined;
  /** Whose connection it counts as. */
  addressKey: string | undefined;
  closed: boolean;
}

const STREAM_PATH = '/v1/stream';
/** uWebSockets.js takes 8 to 960 s. It is only a net below ours, which ends silent clients after fewer seconds. */
const idleTimeoutS = (heartbeatMs: number): number => Math.min(960, Math.max(60, Math.ceil((heartbeatMs * 6) / 1000)));

const RETIRED_SWEEP_MS = 5_000;

/** The client port: WebSocket, REST and page. */
export class EdgeServer {
  readonly #options: EdgeOptions;
  readonly #origins: OriginPolicy;
  readonly #addresses: AddressLimits;
  #apps: NativeApps | undefined;
  #certificates: CertificateWatch | undefined;
  #retiredSweep: NodeJS.Timeout | undefined;
  #drained: (session: Session) => void = () => {};
  /** Plain connections end with their next answer: a proxy that keeps one would go on asking us. */
  #ending = false;

  constructor(options: EdgeOptions) {
    const { settings, admission, limits, edgeMetrics } = options;
    this.#options = options;
    this.#origins = new OriginPolicy({ rules: settings.origins, open: admission.openToAllOrigins });
    this.#addresses = new AddressLimits(limits);
    edgeMetrics.watch({ addresses: () => this.#addresses.size });
  }

  /**
   * Listens; resolves with the port. Rejects with `StartError` when it is taken, or the certificate can't be served.
   * `drained` is told whose socket took some of what waited for it.
   */
  async listen(sessions: Sessions, rest: RestApi, drained: (session: Session) => void): Promise<number> {
    this.#drained = drained;
    const { host, port, settings, limits, metrics } = this.#options;
    const http = new HttpResponder({ ...this.#options, origins: this.#origins, addresses: this.#addresses }, rest);
    const apps = new NativeApps({
      tls: settings.tls !== undefined,
      door: this.#options.door,
      appsMax: limits.certificatesMax,
      retiredMs: limits.certificateRetiredMs,
      route: (native) => {
        this.#routeStream(native, sessions);
        native.app.any('/*', (response, request) =>
          this.#guard('http', () => http.answer(response, request, this.#ending || native.retiredAtMs !== undefined)),
        );
      },
      evict: (session) => {
        metrics.closed('rebalance');
        session.end('rebalance');
      },
    });
    this.#apps = apps;
    await this.#serveCertificate(apps);
    return apps.listen(host, port);
  }

  /** Serves the certificate that its files hold now, and logs what is wrong with it. Without TLS there is nothing to do. */
  async reloadCertificate(): Promise<void> {
    await this.#certificates?.reload();
  }

  /** No new connections; those that are open stay. */
  stopListening(): void {
    this.#ending = true;
    this.#certificates?.stop();
    this.#apps?.stopListening();
  }

  /** Cuts everything that is still open. */
  close(): void {
    this.stopListening();
    clearInterval(this.#retiredSweep);
    this.#apps?.close();
  }

  async #serveCertificate(apps: NativeApps): Promise<void> {
    const { settings, limits, logger, tlsMetrics, nowMs } = this.#options;
    if (settings.tls === undefined || tlsMetrics === undefined) return;
    const files = settings.tls;
    const serve = (): void => apps.serve(files, performance.now());
    this.#certificates = new CertificateWatch({ files, limits, logger, metrics: tlsMetrics, nowMs, serve });
    tlsMetrics.watch({ certificatesInUse: () => apps.size });
    const sweepMs = Math.min(RETIRED_SWEEP_MS, limits.certificateRetiredMs);
    this.#retiredSweep = setInterval(() => apps.sweep(performance.now()), sweepMs);
    try {
      await this.#certificates.start();
    } catch (error) {
      clearInterval(this.#retiredSweep);
      if (error instanceof CertificateError) throw new StartError('bad_option', `${error.message}.`, { cause: error });
      throw error;
    }
  }

  #routeStream(native: NativeApp, sessions: Sessions): void {
    const { limits, heartbeatMs } = this.#options;
    native.app.ws<UserData>(STREAM_PATH, {
      maxPayloadLength: limits.messageBytesCut,
      maxBackpressure: limits.socketBytesMax,
      idleTimeout: idleTimeoutS(heartbeatMs),
      sendPingsAutomatically: false,
      compression: uWS.DISABLED,
      upgrade: (response, request, context) => this.#guard('upgrade', () => this.#upgrade(response, request, context)),
      open: (socket) =>
        this.#guard('open', () => {
          const data = socket.getUserData();
          const { token } = data;
          data.token = undefined;
          this.#addresses.opened(data.addressKey);
          const session = sessions.open(asClientSocket(socket), data.encoding, token);
          data.session = session;
          // Ended by what it was opened with: `close` was called when there was no session to tell it of yet.
          if (data.closed) sessions.closed(session);
          else native.sessions.add(session);
        }),
      message: (socket, message, binary) =>
        this.#each('message', socket, (session) => sessions.frame(session, new Uint8Array(message), binary)),
      pong: (socket) => this.#each('pong', socket, (session) => sessions.heard(session)),
      ping: (socket) => this.#each('ping', socket, (session) => sessions.pinged(session)),
      drain: (socket) => this.#each('drain', socket, (session) => this.#drained(session)),
      // Ended at the next sweep: a socket may not be closed while it is being sent to.
      dropped: (socket) =>
        this.#each('dropped', socket, (session) => {
          session.client.dropped = true;
        }),
      close: (socket, code) =>
        this.#guard('close', () => {
          const data = socket.getUserData();
          const { session, addressKey } = data;
          data.closed = true;
          this.#addresses.closed(addressKey);
          if (session === undefined) return;
          native.sessions.delete(session);
          sessions.closed(session, code);
        }),
    });
  }

  #upgrade(response: HttpResponse, request: HttpRequest, context: us_socket_context_t): void {
    const { settings, edgeMetrics } = this.#options;
    const key = request.getHeader('sec-websocket-key');
    const visitor = visitorOf(response, request, settings.trustedProxies, settings.tls !== undefined);
    const refuse = (status: string, code: RestErrorCode, msg: string, retryAfterS?: number): void => {
      this.#options.metrics.refusedUpgrades.inc();
      response.cork(() => {
        response.writeStatus(status).writeHeader('content-type', 'application/json');
        if (retryAfterS !== undefined) response.writeHeader('retry-after', String(retryAfterS));
        response.end(restError(code, msg, retryAfterS).body);
      });
    };
    // The cheapest first: what an address sends too much of costs nothing more than this.
    const limited = this.#addresses.handshake(visitor.key, performance.now());
    if (limited !== undefined) {
      edgeMetrics.refused[limited.limit].inc();
      refuse('429 Too Many Requests', 'too_many_requests', limited.msg, limited.retryAfterS);
      return;
    }
    const origin = request.getHeader('origin');
    if (!this.#origins.allows({ origin, host: request.getHeader('host'), secure: visitor.secure })) {
      edgeMetrics.refused.origin.inc();
      refuse('403 Forbidden', 'origin_not_allowed', originRefused(origin));
      return;
    }
    const choice = chooseSubprotocol(request.getHeader('sec-websocket-protocol'), request.getQuery('numbers'));
    const token = tokenOf(request.getQuery('token'), request.getHeader('authorization'));
    if ('refused' in choice) {
      refuse('400 Bad Request', 'bad_request', choice.refused);
      return;
    }
    const shut = this.#options.entrance.shut();
    if (shut !== undefined) {
      this.#options.turnedAway(shut.reason);
      refuse('503 Service Unavailable', 'unavailable', shut.msg, shut.retryAfterS);
    } else {
      // The token is checked once the socket is open: a browser sees nothing of an upgrade's refusal, and a socket that is
      // open can't be gone under an upgrade that waits. `Sessions` bounds how many are unchecked, and for how long.
      const { encoding } = choice;
      const data: UserData = { encoding, token, session: undefined, addressKey: visitor.key, closed: false };
      // No extensions: permessage-deflate would compress once for each client.
      response.upgrade(data, key, choice.named, '', context);
    }
  }

  #each(where: string, socket: WebSocket<UserData>, act: (session: Session) => void): void {
    this.#guard(where, () => {
      const { session } = socket.getUserData();
      if (session !== undefined) act(session);
    });
  }

  #guard(where: string, act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#options.failed(where, error);
    }
  }
}

/** The native socket has all that the fan-out asks for; only the types of what it takes are wider. */
const asClientSocket = (socket: WebSocket<UserData>): ClientSocket => socket;
