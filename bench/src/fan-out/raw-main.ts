import uWS, { type WebSocket } from 'uWebSockets.js';
import { answer } from './child.ts';
import { paced } from './pace.ts';
import type { Recording } from './recorded-flushes.ts';

/** uWebSockets.js and nothing else: sends recorded frames to sockets that hold the topics that the recorded ones held. */
const app = uWS.App();
const sockets: WebSocket<unknown>[] = [];
let recording: Recording = { flushes: [], topics: [], topicsOf: [], sentBytes: [] };

interface Outbox {
  socket: WebSocket<unknown>;
  frames: Uint8Array[];
  write: () => void;
}
/** Of each topic: who holds it. */
let holders: Outbox[][] = [];
const due: Outbox[] = [];
let blobs: Uint8Array[] = [];
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

function outboxOf(socket: WebSocket<unknown>): Outbox {
  const frames: Uint8Array[] = [];
  const write = (): void => {
    for (const frame of frames) socket.send(frame, true);
  };
  return { socket, frames, write };
}

/** How one flush is sent. */
const SCHEMES: Readonly<Record<string, (i: number) => void>> = {
  /** Each frame to its topic, all in one turn: the library merges what a socket gets into one write. */
  publish: (i) => {
    const { topics, frames } = recording.flushes[i] as Recording['flushes'][number];
    for (let n = 0; n < frames.length; n++) app.publish(String(topics[n]), frames[n] as Uint8Array, true);
  },
  /** Each frame is noted for each socket that holds its topic, then each socket gets its own as one write. */
  cork: (i) => {
    const { topics, frames } = recording.flushes[i] as Recording['flushes'][number];
    for (let n = 0; n < frames.length; n++) {
      const frame = frames[n] as Uint8Array;
      for (const outbox of holders[topics[n] as number] as Outbox[])
        if (outbox.frames.push(frame) === 1) due.push(outbox);
    }
    for (const outbox of due) {
      if (outbox.frames.length === 1) outbox.socket.send(outbox.frames[0] as Uint8Array, true);
      else outbox.socket.cork(outbox.write);
      outbox.frames.length = 0;
    }
    due.length = 0;
  },
  /** Each socket as many bytes as the recorded client was sent, in one `send`. */
  send: (i) => {
    const blob = blobs[i] as Uint8Array;
    for (const socket of sockets) socket.send(blob, false);
  },
};

answer({
  port: () => port,
  /** Each connection, in the order in which they came, takes the topics of one that was recorded. */
  load: (request: { recording: Recording }) => {
    recording = request.recording;
    const { topicsOf, sentBytes } = recording;
    for (const [n, socket] of sockets.entries()) {
      for (const topic of socket.getTopics()) socket.unsubscribe(topic);
      for (const topic of topicsOf[n] ?? []) socket.subscribe(String(topic));
    }
    const outboxes = sockets.map(outboxOf);
    holders = recording.topics.map((_, topic) => outboxes.filter((_outbox, n) => topicsOf[n]?.includes(topic)));
    blobs = sentBytes.map(({ bytes }) => new Uint8Array(bytes - (bytes < 65_540 ? 4 : 10)).fill(0x20));
  },
  run: ({ scheme }: { scheme: string }) => {
    const steps: readonly { atMs: number }[] = scheme === 'send' ? recording.sentBytes : recording.flushes;
    const step = SCHEMES[scheme] as (i: number) => void;
    return paced(steps.length, (i) => (steps[i] as { atMs: number }).atMs, step);
  },
  memory: () => process.memoryUsage(),
});
