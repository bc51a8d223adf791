import uWS, { type AppOptions, type TemplatedApp, type us_listen_socket } from 'uWebSockets.js';
import { StartError } from '@tapecast/service-kit';
import type { TopicPublisher } from '../fanout/client-socket.ts';
import type { Session } from '../protocol/session.ts';
import { CertificateError } from './certificate.ts';
import type { TlsFiles } from './certificate-watch.ts';

/** An app of the socket library, and who came by it. Without TLS there is one; with it, one for each certificate. */
export interface NativeApp {
  readonly app: TemplatedApp;
  /** Of its open WebSockets. */
  readonly sessions: Set<Session>;
  /** A newer certificate took its place at this time (monotonic ms): it gets no new connections. */
  retiredAtMs: number | undefined;
}

export interface NativeAppsOptions {
  /** Gives a new app its routes. */
  route: (native: NativeApp) => void;
  tls: boolean;
  /** Apps that may be there; past it, `evict` is called for the clients of the oldest. */
  appsMax: number;
  evict: (session: Session) => void;
  /** What an app may take to end its last plain requests. */
  retiredMs: number;
}

/** What the types leave out. The library takes another app's new connections by these, meant for apps of other threads. */
interface Native extends TemplatedApp {
  listen(...args: unknown[]): TemplatedApp;
  getDescriptor(): unknown;
  addChildAppDescriptor(descriptor: unknown): void;
  removeChildAppDescriptor(descriptor: unknown): void;
}

const EXCLUSIVE_PORT = 1; // LIBUS_LISTEN_EXCLUSIVE_PORT; else another process on the port would share our clients.

/** Of TLS 1.2: forward secrecy and authenticated encryption only. TLS 1.3 has nothing else, and older ones are off. */
const CIPHERS = [
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
].join(':');

/**
 * The port and the apps behind it. An app's certificate can't be changed, and its default one, which clients get that
 * connect to a number, can't be replaced either. So with TLS one app only listens, for as long as we live, and hands each
 * accepted connection to the app of the newest certificate; the others keep what they have. The port is never let go, and
 * no connection is accepted by nobody.
 *
 * The listening app is of TLS too, though it never shakes hands: the library makes room for a connection by its type.
 */
export class NativeApps implements TopicPublisher {
  readonly #options: NativeAppsOptions;
  readonly #listener: Native;
  /** The newest is the last. */
  readonly #apps: NativeApp[] = [];
  #listening: us_listen_socket | undefined;

  constructor(options: NativeAppsOptions) {
    this.#options = options;
    if (options.tls) {
      this.#listener = uWS.SSLApp({}) as Native;
    } else {
      const app = uWS.App();
      this.#listener = app as Native;
      this.#add(app);
    }
  }

  get size(): number {
    return this.#apps.length;
  }

  /** True when a client had subscribed. */
  publish(topic: string, frame: Uint8Array, binary: boolean): boolean {
    let heard = false;
    for (const { app } of this.#apps) heard = app.publish(topic, frame, binary) || heard;
    return heard;
  }

  /** From now on new connections get the certificate that the files hold. Throws when they can't be used: nothing changes. */
  serve(files: TlsFiles, nowMs: number): void {
    const options: AppOptions = {
      cert_file_name: files.certificate,
      key_file_name: files.key,
      ssl_ciphers: CIPHERS,
      // Connections are idle most of the time: buffers only while there is something in them.
      ssl_prefer_low_memory_usage: true,
    };
    let app: TemplatedApp;
    try {
      app = uWS.SSLApp(options);
    } catch (error) {
      throw new CertificateError(`--tls-cert and --tls-key are not taken by the TLS library (${String(error)})`, {
        cause: error,
      });
    }
    const before = this.#apps.at(-1);
    this.#add(app);
    // In one turn of the loop: nothing is accepted in between.
    if (before !== undefined) {
      before.retiredAtMs = nowMs;
      this.#listener.removeChildAppDescriptor((before.app as Native).getDescriptor());
    }
    this.#listener.addChildAppDescriptor((app as Native).getDescriptor());
    for (const { sessions } of this.#apps.slice(0, -this.#options.appsMax))
      for (const session of [...sessions]) this.#options.evict(session);
  }

  /** Lets go of retired apps that nobody is on any more. Not from within a callback of the library. */
  sweep(nowMs: number): void {
    for (const native of [...this.#apps]) {
      const { retiredAtMs, sessions, app } = native;
      if (retiredAtMs === undefined || sessions.size > 0 || nowMs - retiredAtMs < this.#options.retiredMs) continue;
      this.#apps.splice(this.#apps.indexOf(native), 1);
      app.close();
    }
  }

  /** Resolves with the port. Rejects with `StartError` when it is taken. */
  listen(host: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      // (host, port, options, callback) is taken by the native side; the types list only three of the four forms.
      this.#listener.listen(host, port, EXCLUSIVE_PORT, (socket: us_listen_socket | false) => {
        if (socket === false) {
          const msg = `${host}:${port} is taken by another process. Choose another port with --port, or stop that process.`;
          reject(new StartError('port_taken', msg));
          return;
        }
        this.#listening = socket;
        // A listen socket is a socket to uSockets; the types don't say so.
        resolve(uWS.us_socket_local_port(socket as unknown as Parameters<typeof uWS.us_socket_local_port>[0]));
      });
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
    for (const { app } of this.#apps) app.close();
    if (this.#options.tls) this.#listener.close();
  }

  #add(app: TemplatedApp): void {
    const native: NativeApp = { app, sessions: new Set(), retiredAtMs: undefined };
    this.#options.route(native);
    this.#apps.push(native);
  }
}
