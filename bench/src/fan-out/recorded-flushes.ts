import uWS, { type TemplatedApp, type WebSocket, type WebSocketBehavior } from 'uWebSockets.js';

/** What left in one turn of the loop: frames, each once, and which of them each connection got. */
export interface Flush {
  atMs: number;
  frames: Uint8Array[];
  /** By connection, in the order in which they came: places in `frames`, in the order in which they were sent. */
  sent: number[][];
}

type Socket = WebSocket<unknown>;
type Behavior = WebSocketBehavior<unknown>;

/**
 * Notes what a server in this process gives the socket library, at the library's own surface. Apps must be made after
 * `install`. Between two recordings nothing of it stands in the way.
 */
export class FlushRecorder {
  readonly #sockets = new Set<Socket>();

  install(): void {
    const make = uWS.App;
    // No argument is not the same as one that is undefined: the native side refuses that.
    uWS.App = (...options) => {
      const app = make(...options);
      const { ws } = app;
      const wrapped = (path: string, behavior: Behavior): TemplatedApp =>
        ws.call(app, path, {
          ...behavior,
          open: (socket: Socket) => {
            this.#sockets.add(socket);
            return behavior.open?.(socket);
          },
          close: (socket: Socket, code: number, message: ArrayBuffer) => {
            this.#sockets.delete(socket);
            return behavior.close?.(socket, code, message);
          },
        });
      app.ws = wrapped as typeof ws;
      return app;
    };
  }

  /** Of the first `connections`, from now to the call of what it returns. */
  record(connections: number): () => Flush[] {
    const sockets = [...this.#sockets].slice(0, connections);
    const begin = performance.now();
    const flushes: Flush[] = [];
    let places = new Map<string, number>();
    let open: Flush | undefined;
    const note = (n: number, message: Uint8Array | string): void => {
      if (open === undefined) {
        open = { atMs: performance.now() - begin, frames: [], sent: sockets.map(() => []) };
        flushes.push(open);
        places = new Map();
        // What is sent without a return to the loop is one flush.
        queueMicrotask(() => {
          open = undefined;
        });
      }
      const bytes = Buffer.from(message as string);
      const content = bytes.toString('latin1');
      const place = places.get(content) ?? places.size;
      if (place === places.size) {
        places.set(content, place);
        open.frames.push(new Uint8Array(bytes));
      }
      open.sent[n]?.push(place);
    };
    const numbers = new Map(sockets.map((socket, n) => [socket, n]));
    // At their prototype: a socket that once had a property of its own is slow to look at for ever, which would be measured then.
    const shared = Object.getPrototypeOf(sockets[0] ?? {}) as Pick<Socket, 'send'>;
    const { send } = shared;
    shared.send = function record(this: Socket, message, binary) {
      const n = numbers.get(this);
      if (n !== undefined) note(n, message as Uint8Array | string);
      return send.call(this, message, binary);
    };
    return () => {
      shared.send = send;
      return flushes;
    };
  }
}
