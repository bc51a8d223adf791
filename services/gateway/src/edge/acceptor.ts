import uWS, { type TemplatedApp, type us_listen_socket } from 'uWebSockets.js';
import { createServer } from 'node:net';
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

const SHARED_PORT = 0; // LIBUS_LISTEN_DEFAULT; of a port that the library chose itself it shares none.
/**
 * A listen socket of the library holds 512 connections that wait to be accepted. Thousands of clients that come at once are a loop's turn in
 * which more come, and past that their kernels try again a second later. So many of them on one port hold 4,096, as much as Linux lets
 * one have without being told; the kernel deals new connections to them evenly.
 */
const LISTEN_SOCKETS = 8;

export const descriptorOf = (app: TemplatedApp): AppDescriptor => (app as Native).getDescriptor();

/**
 * The app that listens. Where others were added it keeps no connection itself and hands each to the next of them, of this
 * thread or another, before a byte of it was read. For TLS it is of TLS too, though it never shakes hands: the library
 * makes room for a connection by its type.
 */
export class Acceptor implements Door {
  readonly #app: Native;
  readonly #listening: us_listen_socket[] = [];

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

  async listen(host: string, port: number): Promise<number> {
    // A shared port that another process listens on would share our clients.
    if (port !== 0 && !(await isFree(host, port))) throw taken(host, port);
    const sockets = port === 0 ? 1 : LISTEN_SOCKETS;
    while (this.#listening.length < sockets) {
      const socket = await this.#open(host, port);
      if (socket === undefined) {
        this.stopListening();
        throw taken(host, port);
      }
      this.#listening.push(socket);
    }
    // A listen socket is a socket to uSockets; the types don't say so.
    return uWS.us_socket_local_port(this.#listening[0] as unknown as Parameters<typeof uWS.us_socket_local_port>[0]);
  }

  stopListening(): void {
    for (const socket of this.#listening.splice(0)) uWS.us_listen_socket_close(socket);
  }

  /** Cuts what it has itself, too. */
  close(): void {
    this.stopListening();
    this.#app.close();
  }

  /** Undefined where the port is taken. */
  #open(host: string, port: number): Promise<us_listen_socket | undefined> {
    return new Promise((resolve) => {
      // (host, port, options, callback) is taken by the native side; the types list only three of the four forms.
      this.#app.listen(host, port, SHARED_PORT, (socket: us_listen_socket | false) => resolve(socket || undefined));
    });
  }
}

/** Whether nobody listens there, be it on a shared port or not. */
function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ host, port, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

function taken(host: string, port: number): StartError {
  const msg = `${host}:${port} is taken by another process. Choose another port with --port, or stop that process.`;
  return new StartError('port_taken', msg);
}
