import uWS, {
  type HttpRequest,
  type HttpResponse,
  type TemplatedApp,
  type us_listen_socket,
  type us_socket_context_t,
  type WebSocket,
} from 'uWebSockets.js';
import { StartError } from '@tapecast/service-kit';
import type { Admission } from '../admission/admission.ts';
import type { Encoding } from '../fanout/client.ts';
import type { ClientSocket, TopicPublisher } from '../fanout/client-socket.ts';
import type { GatewayLimits } from '../limits.ts';
import type { GatewayMetrics } from '../metrics.ts';
import type { Session } from '../protocol/session.ts';
import type { Sessions } from '../protocol/sessions.ts';
import type { RestApi } from '../rest/api.ts';
import { type RestErrorCode, restError } from '../rest/reply.ts';
import { chooseSubprotocol, tokenOf } from './handshake.ts';
import { HttpResponder } from './http-responder.ts';
import type { StaticFile } from './static-files.ts';

/*
 * The only importer of uWebSockets.js. Its rules of life, which nothing checks for us:
 *
 * | object            | valid                                             | so                                                      |
 * |-------------------|---------------------------------------------------|---------------------------------------------------------|
 * | HttpRequest       | inside its callback, before any await             | everything is read from it first                        |
 * | HttpResponse      | until `end` or `onAborted`                        | `onAborted` is set before an answer waits; then a flag  |
 * | WebSocket         | from `open` to `close`; any call after it throws  | `Client.closed` is set in `close` and asked before use  |
 * | message buffer    | until the callback returns                        | it is parsed at once and never kept                     |
 * | socket after end()| 16 s at most, for the unread rest (idleTimeout>0) | with idleTimeout 0 it would wait for ever               |
 * | listen socket     | until closed; shared silently with other processes| exclusive port                                          |
 * | callbacks         | an exception in one ends the process              | each is guarded                                         |
 * | publish           | dropped without a word over maxBackpressure       | our own bound is lower, and `dropped` is handled        |
 * | close reason      | 123 bytes                                         | `Session.end` cuts                                      |
 */

export interface EdgeOptions {
  host: string;
  port: number;
  heartbeatMs: number;
  limits: GatewayLimits;
  metrics: GatewayMetrics;
  admission: Admission;
  page: ReadonlyMap<string, StaticFile>;
  /** A callback failed in a way that is nobody's answer. */
  failed: (where: string, error: unknown) => void;
}

interface UserData {
  encoding: Encoding;
  /** As the handshake gave it; forgotten once the session has it. */
  token: string | undefined;
  session: Session | undefined;
}

const STREAM_PATH = '/v1/stream';
/** uWebSockets.js takes 8 to 960 s. It is only a net below ours, which ends silent clients after fewer seconds. */
const idleTimeoutS = (heartbeatMs: number): number => Math.min(960, Math.max(60, Math.ceil((heartbeatMs * 6) / 1000)));

/** The client port: WebSocket, REST and page. */
export class EdgeServer implements TopicPublisher {
  readonly #options: EdgeOptions;
  readonly #app: TemplatedApp = uWS.App();
  #listening: us_listen_socket | undefined;
  #sessions: Sessions | undefined;

  constructor(options: EdgeOptions) {
    this.#options = options;
  }

  publish(topic: string, frame: Uint8Array, binary: boolean): boolean {
    return this.#app.publish(topic, frame, binary);
  }

  /** Listens; resolves with the port. Rejects with `StartError` when it is taken. */
  async listen(sessions: Sessions, rest: RestApi): Promise<number> {
    this.#sessions = sessions;
    const { host, port } = this.#options;
    this.#routeStream(sessions);
    const http = new HttpResponder(this.#options, rest);
    this.#app.any('/*', (response, request) => this.#guard('http', () => http.answer(response, request)));
    const exclusive = 1; // LIBUS_LISTEN_EXCLUSIVE_PORT; else another process on the port would share our clients.
    return new Promise((resolve, reject) => {
      const onListening = (socket: us_listen_socket | false): void => {
        if (socket === false) {
          reject(
            new StartError(
              'port_taken',
              `${host}:${port} is taken by another process. Choose another port with --port, or stop that process.`,
            ),
          );
          return;
        }
        this.#listening = socket;
        // A listen socket is a socket to uSockets; the types don't say so.
        resolve(uWS.us_socket_local_port(socket as unknown as Parameters<typeof uWS.us_socket_local_port>[0]));
      };
      // (host, port, options, callback) is taken by the native side; the types list only three of the four forms.
      const app = this.#app as unknown as {
        listen(host: string, port: number, options: number, listening: typeof onListening): unknown;
      };
      app.listen(host, port, exclusive, onListening);
    });
  }

  /** No new connections; those that are open stay. */
  stopListening(): void {
    if (this.#listening === undefined) return;
    uWS.us_listen_socket_close(this.#listening);
    this.#listening = undefined;
  }

  /** Cuts everything that is still open. */
  close(): void {
    this.stopListening();
    this.#app.close();
  }

  #routeStream(sessions: Sessions): void {
    const { limits, heartbeatMs } = this.#options;
    this.#app.ws<UserData>(STREAM_PATH, {
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
          data.session = sessions.open(asClientSocket(socket), data.encoding, token);
        }),
      message: (socket, message, binary) =>
        this.#each('message', socket, (session) => sessions.frame(session, new Uint8Array(message), binary)),
      pong: (socket) => this.#each('pong', socket, (session) => sessions.heard(session)),
      ping: (socket) => this.#each('ping', socket, (session) => sessions.heard(session)),
      // Ended at the next sweep: a socket may not be closed while a publish walks over it.
      dropped: (socket) =>
        this.#each('dropped', socket, (session) => {
          session.client.dropped = true;
        }),
      close: (socket) => this.#each('close', socket, (session) => sessions.closed(session)),
    });
  }

  #upgrade(response: HttpResponse, request: HttpRequest, context: us_socket_context_t): void {
    const key = request.getHeader('sec-websocket-key');
    const choice = chooseSubprotocol(request.getHeader('sec-websocket-protocol'), request.getQuery('numbers'));
    const token = tokenOf(request.getQuery('token'), request.getHeader('authorization'));
    const refuse = (status: string, code: RestErrorCode, msg: string): void => {
      this.#options.metrics.refusedUpgrades.inc();
      response.cork(() => {
        response.writeStatus(status).writeHeader('content-type', 'application/json').end(restError(code, msg).body);
      });
    };
    const full = this.#sessions?.full();
    if ('refused' in choice) refuse('400 Bad Request', 'bad_request', choice.refused);
    else if (full !== undefined) refuse('503 Service Unavailable', 'unavailable', full);
    else {
      // The token is checked once the socket is open: a browser sees nothing of an upgrade's refusal, and a socket that is
      // open can't be gone under an upgrade that waits. `Sessions` bounds how many are unchecked, and for how long.
      const data: UserData = { encoding: choice.encoding, token, session: undefined };
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
