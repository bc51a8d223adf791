import uWS, { type WebSocket } from 'uWebSockets.js';
import { answer } from './child.ts';
import { paced } from './pace.ts';
import type { Recording } from './recorded-flushes.ts';

/** uWebSockets.js and nothing else: sends recorded frames to sockets that hold the topics that the recorded ones held. */
const app = uWS.App();
const sockets: WebSocket<unknown>[] = [];
let recording: Recording = { flushes: [], topics: [], topicsOf: [], sentBytes: [] };
/** Of each flush, by connection: the frames that it gets. */
let framesOf: Uint8Array[][][] = [];
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

/** How one flush is sent. */
const SCHEMES: Readonly<Record<string, (i: number) => void>> = {
  /** Each frame to its topic, all in one turn: the library merges what a socket gets into one write. */
  publish: (i) => {
    const { topics, frames } = recording.flushes[i] as Recording['flushes'][number];
    for (let n = 0; n < frames.length; n++) app.publish(String(topics[n]), frames[n] as Uint8Array, true);
  },
  /** Each socket its frames, as one write. */
  cork: (i) => {
    const of = framesOf[i] as Uint8Array[][];
    for (let n = 0; n < sockets.length; n++) {
      const frames = of[n] as Uint8Array[];
      if (frames.length === 0) continue;
      const socket = sockets[n] as WebSocket<unknown>;
      if (frames.length === 1) socket.send(frames[0] as Uint8Array, true);
      else
        socket.cork(() => {
          for (const frame of frames) socket.send(frame, true);
        });
    }
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
    const { flushes, topicsOf, sentBytes } = recording;
    for (const [n, socket] of sockets.entries()) {
      for (const topic of socket.getTopics()) socket.unsubscribe(topic);
      for (const topic of topicsOf[n] ?? []) socket.subscribe(String(topic));
    }
    const held = topicsOf.map((topics) => new Set(topics));
    framesOf = flushes.map(({ topics, frames }) =>
      sockets.map((_, n) => frames.filter((_frame, f) => held[n]?.has(topics[f] as number))),
    );
    blobs = sentBytes.map(({ bytes }) => new Uint8Array(bytes - (bytes < 65_540 ? 4 : 10)).fill(0x20));
  },
  run: ({ scheme }: { scheme: string }) => {
    const steps: readonly { atMs: number }[] = scheme === 'send' ? recording.sentBytes : recording.flushes;
    const step = SCHEMES[scheme] as (i: number) => void;
    return paced(steps.length, (i) => (steps[i] as { atMs: number }).atMs, step);
  },
  memory: () => process.memoryUsage(),
});
