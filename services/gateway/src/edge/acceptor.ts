import uWS, { type TemplatedApp, type us_listen_socket } from 'uWebSockets.js';
import { StartError } from '@tapecast/service-kit';

/** Names an app of the socket library to apps of any thread of the process; a number that may be sent there. */
export type AppDescriptor = number;

/** Where the apps of a thread get their connections from. */
export interface Door {
  /** From now on the app gets its share of the new connections, by turns. */
  add(descriptor: AppDescriptor): void;
  remove(descriptor: AppDescriptor): void;
  /** Resolves with the port. Rejects with `StartError` when it is taken. */
  listen(host: string, port: number): Promise<number>;
  /** No new connections; those that are open stay. */
  stopListening(): void;
  close(): void;
}

/** What the types leave out. The library takes another app's new connections by these, meant for apps of other threads. */
interface Native extends TemplatedApp {
  listen(...args: unknown[]): TemplatedApp;
  getDescriptor(): AppDescriptor;
  addChildAppDescriptor(descriptor: AppDescriptor): void;
  removeChildAppDescriptor(descriptor: AppDescriptor): void;
}

const EXCLUSIVE_PORT = 1; // LIBUS_LISTEN_EXCLUSIVE_PORT; else another process on the port would share our clients.

export const descriptorOf = (app: TemplatedApp): AppDescriptor => (app as Native).getDescriptor();

/**
 * The app that listens. Where others were added it keeps no connection itself and hands each to the next of them, of this
 * thread or another, before a byte of it was read. For TLS it is of TLS too, though it never shakes hands: the library
 * makes room for a connection by its type.
 */
export class Acceptor implements Door {
  readonly #app: Native;
  #listening: us_listen_socket | undefined;

  constructor(app: TemplatedApp) {
    this.#app = app as Native;
  }

  static withoutClients(tls: boolean): Acceptor {
    return new Acceptor(tls ? uWS.SSLApp({}) : uWS.App());
  }

  add(descriptor: AppDescriptor): void {
    this.#app.addChildAppDescriptor(descriptor);
  }

  remove(descriptor: AppDescriptor): void {
    this.#app.removeChildAppDescriptor(descriptor);
  }

  listen(host: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      // (host, port, options, callback) is taken by the native side; the types list only three of the four forms.
      this.#app.listen(host, port, EXCLUSIVE_PORT, (socket: us_listen_socket | false) => {
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

  stopListening(): void {
    if (this.#listening === undefined) return;
    uWS.us_listen_socket_close(this.#listening);
    this.#listening = undefined;
  }

  /** Cuts what it has itself, too. */
  close(): void {
    this.stopListening();
    this.#app.close();
  }
}
