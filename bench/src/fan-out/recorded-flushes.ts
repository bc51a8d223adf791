import uWS, { type TemplatedApp, type WebSocket, type WebSocketBehavior } from 'uWebSockets.js';

/** What left in one turn of the loop: frames by the topic that they were published to. */
export interface Flush {
  atMs: number;
  topics: number[];
  frames: Uint8Array[];
}

export interface Recording {
  flushes: Flush[];
  /** Names of the topics that frames were published to. */
  topics: string[];
  /** Of each open connection: the topics, by their place in `topics`, that it is subscribed to. */
  topicsOf: number[][];
  /** Bytes on the wire that the first connection was sent by itself, frame heads included, one entry a flush. */
  sentBytes: { atMs: number; bytes: number }[];
}

type Socket = WebSocket<unknown>;
type Behavior = WebSocketBehavior<unknown>;

/**
 * Notes what a server in this process gives the socket library, at the library's own surface. Apps must be made after
 * `install`. Between two recordings nothing of it stands in the way.
 */
export class FlushRecorder {
  readonly #sockets = new Set<Socket>();
  #app: TemplatedApp | undefined;

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
      this.#app = app;
      return app;
    };
  }

  /** From now to the call of what it returns. */
  record(): () => Recording {
    const app = this.#app as TemplatedApp;
    const [first] = this.#sockets;
    const begin = performance.now();
    const numbers = new Map<string, number>();
    const flushes: Flush[] = [];
    const sentBytes: { atMs: number; bytes: number }[] = [];
    let open: Flush | undefined;
    let sent: { atMs: number; bytes: number } | undefined;
    const { publish } = app;
    const numberOf = (topic: string): number => {
      const number = numbers.get(topic) ?? numbers.size;
      numbers.set(topic, number);
      return number;
    };
    const own = app as unknown as { publish?: unknown };
    own.publish = (topic: string, message: Uint8Array, binary: boolean) => {
      if (open === undefined) {
        open = { atMs: performance.now() - begin, topics: [], frames: [] };
        flushes.push(open);
        queueMicrotask(() => {
          open = undefined;
        });
      }
      open.topics.push(numberOf(topic));
      open.frames.push(new Uint8Array(message));
      return publish.call(app, topic, message, binary);
    };
    const socket = first as unknown as { send?: unknown };
    if (first !== undefined) {
      const { send } = first;
      socket.send = (message: Uint8Array | string, binary: boolean) => {
        if (sent === undefined) {
          sent = { atMs: performance.now() - begin, bytes: 0 };
          sentBytes.push(sent);
          queueMicrotask(() => {
            sent = undefined;
          });
        }
        const length = typeof message === 'string' ? Buffer.byteLength(message) : message.byteLength;
        sent.bytes += length + (length < 126 ? 2 : length < 65_536 ? 4 : 10);
        return send.call(first, message, binary);
      };
    }
    return () => {
      delete own.publish;
      delete socket.send;
      const topicsOf = [...this.#sockets].map((one) =>
        one
          .getTopics()
          .map((topic) => numbers.get(topic))
          .filter((number) => number !== undefined),
      );
      return { flushes, topics: [...numbers.keys()], topicsOf, sentBytes };
    };
  }
}
