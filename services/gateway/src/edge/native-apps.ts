import uWS, { type AppOptions, type TemplatedApp } from 'uWebSockets.js';
import type { Session } from '../protocol/session.ts';
import { Acceptor, type Door, descriptorOf } from './acceptor.ts';
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
  /** Where connections come from when another thread accepts them; undefined: from a port of ours. */
  door: Door | undefined;
  /** Apps that may be there; past it, `evict` is called for the clients of the oldest. */
  appsMax: number;
  evict: (session: Session) => void;
  /** What an app may take to end its last plain requests. */
  retiredMs: number;
}

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
 * no connection is accepted by nobody. Where another thread listens, it is told of our apps instead.
 */
export class NativeApps {
  readonly #options: NativeAppsOptions;
  readonly #door: Door;
  /** The newest is the last. */
  readonly #apps: NativeApp[] = [];

  constructor(options: NativeAppsOptions) {
    this.#options = options;
    if (options.tls) {
      this.#door = options.door ?? Acceptor.withoutClients(true);
      return;
    }
    const app = uWS.App();
    this.#door = options.door ?? new Acceptor(app);
    this.#add(app);
    options.door?.add(descriptorOf(app));
  }

  get size(): number {
    return this.#apps.length;
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
      this.#door.remove(descriptorOf(before.app));
    }
    this.#door.add(descriptorOf(app));
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
    return this.#door.listen(host, port);
  }

  /** No new connections; those that are open stay. */
  stopListening(): void {
    this.#door.stopListening();
  }

  /** Cuts everything that is still open. */
  close(): void {
    this.stopListening();
    for (const { app } of this.#apps) app.close();
    // Without TLS it is one of them.
    if (this.#options.tls) this.#door.close();
  }

  #add(app: TemplatedApp): void {
    const native: NativeApp = { app, sessions: new Set(), retiredAtMs: undefined };
    this.#options.route(native);
    this.#apps.push(native);
  }
}
