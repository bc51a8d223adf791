import uWS, { type WebSocket } from 'uWebSockets.js';
import { answer, memory } from './child.ts';
import { paced } from './pace.ts';
import type { Flush } from './recorded-flushes.ts';

/** uWebSockets.js and nothing else: sends what was recorded of a gateway, in every way that it has. */
const app = uWS.App();
const sockets: WebSocket<unknown>[] = [];
app.ws('/*', {
  compression: uWS.DISABLED,
  idleTimeout: 0,
  maxBackpressure: 64 * 1024 * 1024,
  sendPingsAutomatically: false,
  open: (socket) => {
    sockets.push(socket);
  },
  close: (socket) => {
    sockets.splice(sockets.indexOf(socket), 1);
  },
});
const port = await new Promise<number>((resolve) =>
  app.listen(0, (socket) => resolve(uWS.us_socket_local_port(socket as never))),
);

/** One connection's share of a flush, gathered before it is written. */
interface Outbox {
  socket: WebSocket<unknown>;
  frames: Uint8Array[];
  write: () => void;
}

const MERGED_BYTES_MAX = 4 * 1024 * 1024;
const merged = new Uint8Array(MERGED_BYTES_MAX);
/** What each connection was sent. */
let clients: Flush[] = [];
/** What somebody who holds one instrument alone was sent, one connection an instrument. */
let instruments: Flush[] = [];
/** As many bytes as each flush of the first connection had, with the heads of its frames. */
let blobs: Uint8Array[] = [];
/** By instrument: who holds it. */
let holders: Outbox[][] = [];
const due: Outbox[] = [];

function outboxOf(socket: WebSocket<unknown>): Outbox {
  const frames: Uint8Array[] = [];
  const write = (): void => {
    for (const frame of frames) socket.send(frame, true);
  };
  return { socket, frames, write };
}

/** Each frame of a flush is noted for each connection that holds its instrument. */
function gather({ frames, sent }: Flush): void {
  for (let instrument = 0; instrument < sent.length; instrument++)
    for (const place of sent[instrument] as number[])
      for (const outbox of holders[instrument] as Outbox[])
        if (outbox.frames.push(frames[place] as Uint8Array) === 1) due.push(outbox);
}

/** How one flush is sent. */
const SCHEMES: Readonly<Record<string, (i: number) => void>> = {
  /** Each connection what it was sent by the gateway, ready-made: nothing is left but the writes. */
  ready: (i) => {
    const { frames, sent } = clients[i] as Flush;
    for (let n = 0; n < sockets.length; n++) {
      const places = sent[n] as number[];
      if (places.length === 0) continue;
      const socket = sockets[n] as WebSocket<unknown>;
      if (places.length === 1) socket.send(frames[places[0] as number] as Uint8Array, true);
      else
        socket.cork(() => {
          for (const place of places) socket.send(frames[place] as Uint8Array, true);
        });
    }
  },
  /** Each instrument's frames to its topic, all in one turn: the library merges what a socket gets into one write. */
  publish: (i) => {
    const { frames, sent } = instruments[i] as Flush;
    for (let instrument = 0; instrument < sent.length; instrument++)
      for (const place of sent[instrument] as number[])
        app.publish(String(instrument), frames[place] as Uint8Array, true);
  },
  /** Each connection the frames of its instruments, as one write. */
  cork: (i) => {
    gather(instruments[i] as Flush);
    for (const outbox of due) {
      if (outbox.frames.length === 1) outbox.socket.send(outbox.frames[0] as Uint8Array, true);
      else outbox.socket.cork(outbox.write);
      outbox.frames.length = 0;
    }
    due.length = 0;
  },
  /** Each connection the bytes of its instruments' frames, copied together into one frame. */
  merge: (i) => {
    gather(instruments[i] as Flush);
    for (const outbox of due) {
      let at = 0;
      for (const frame of outbox.frames) for (let k = 0; k < frame.length; k++) merged[at++] = frame[k] as number;
      outbox.socket.send(merged.subarray(0, at), true);
      outbox.frames.length = 0;
    }
    due.length = 0;
  },
  /** Each connection as many bytes as the first was sent, in one `send`. */
  blob: (i) => {
    const blob = blobs[i] as Uint8Array;
    for (const socket of sockets) socket.send(blob, false);
  },
};

const headBytes = (length: number): number => (length < 126 ? 2 : length < 65_536 ? 4 : 10);

answer({
  port: () => port,
  load: (request: { clients: Flush[]; instruments: Flush[]; lists: number[][]; blobs: boolean }) => {
    ({ clients, instruments } = request);
    const outboxes = sockets.map(outboxOf);
    const held = request.lists.map((list) => new Set(list));
    holders = (instruments[0]?.sent ?? []).map((_, instrument) =>
      outboxes.filter((_outbox, n) => held[n]?.has(instrument)),
    );
    for (const [n, socket] of sockets.entries()) {
      for (const topic of socket.getTopics()) socket.unsubscribe(topic);
      for (const instrument of request.lists[n] ?? []) socket.subscribe(String(instrument));
    }
    blobs = (request.blobs ? clients : []).map(({ frames, sent }) => {
      const bytes = (sent[0] ?? []).reduce((sum, place) => {
        const { length } = frames[place] as Uint8Array;
        return sum + length + headBytes(length);
      }, 0);
      return new Uint8Array(bytes - headBytes(bytes)).fill(0x20);
    });
  },
  /** All that is loaded, or the first `flushes` of it. */
  run: ({ scheme, flushes }: { scheme: string; flushes?: number }) => {
    const steps = (scheme === 'ready' || scheme === 'blob' ? clients : instruments).slice(0, flushes);
    const step = SCHEMES[scheme] as (i: number) => void;
    return paced(steps.length, (i) => (steps[i] as Flush).atMs, step);
  },
  /** Connection n, in the order in which they came, holds the topics of list n. */
  subscribe: ({ lists }: { lists: number[][] }) => {
    for (const [n, topics] of lists.entries()) for (const topic of topics) sockets[n]?.subscribe(String(topic));
  },
  /** A small frame to one topic after the other, in the background. */
  begin: ({ topics, everyMs, steps }: { topics: number; everyMs: number; steps: number }) => {
    const frame = new Uint8Array(12);
    void paced(
      steps,
      (i) => i * everyMs,
      (i) => app.publish(String(i % topics), frame, true),
    );
  },
  memory,
});
