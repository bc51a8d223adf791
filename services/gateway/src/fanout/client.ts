import { type ControlMessage, encodeJsonControl, encodeProtobufFrame, type Subprotocol } from '@tapecast/wire';
import type { SessionJournal } from '../explain/session-journal.ts';
import type { ClientSocket } from './client-socket.ts';
import { marked } from './frame-writer.ts';
import type { Move } from './interval-moves.ts';
import type { Outgoing } from './outbox-writer.ts';
import { Receiver } from './receiver.ts';
import type { StreamGroup } from './stream-group.ts';
import { StreamList } from './stream-list.ts';

/** How a client is spoken to. JSON with numbers as texts is a content of its own. */
export type Encoding = 'protobuf' | 'protobuf_zstd' | 'json' | 'json_strings';

export const SUBPROTOCOL_OF: Readonly<Record<Encoding, Subprotocol>> = {
  protobuf: 'tapecast.v1.protobuf',
  protobuf_zstd: 'tapecast.v1.protobuf.zstd',
  json: 'tapecast.v1.json',
  json_strings: 'tapecast.v1.json',
};

/** A control frame has no data, so no instrument is named by number. */
const noNumber = (): number => 0;

/** The sending side of a connection. Lives from `open` to `close` of its socket; `closed` says that the socket may not be used. */
export class Client {
  readonly session: string;
  readonly encoding: Encoding;
  readonly socket: ClientSocket;
  readonly streams = new StreamList();
  /** As it is sent what nobody shares with it. */
  readonly alone: Receiver;
  /** Changes of intervals that wait for a flush, by the stream that it leaves. */
  moves: Map<StreamGroup, Move> | undefined;
  /** Hash of its streams, while `Cohorts` knows it by that. */
  kind: number | undefined;
  /** Where it stands among the clients of its cohort. */
  cohortPlace = 0;
  /** Streams that it is not told for now. */
  paused: Set<StreamGroup> | undefined;
  closed = false;
  /** Unix ms of the last frame or pong of the client. */
  heardAtMs: number;
  /** Unix ms of the last frame for this client alone; of what it shares its streams know. */
  toldAtMs: number;
  /** Data messages sent in JSON: the `seq` of the last one. */
  seq = 0;
  /** uWebSockets.js dropped a frame: the client has a hole and must go. */
  dropped = false;
  /** Notes what it is told, but for data. */
  journal: SessionJournal | undefined;
  /** Waits to be written in this turn: `OutboxWriter`'s. */
  outbox: Outgoing[] | undefined;

  constructor(session: string, encoding: Encoding, socket: ClientSocket, nowMs: number) {
    this.session = session;
    this.encoding = encoding;
    this.socket = socket;
    this.alone = new Receiver(this, this.streams, true);
    this.heardAtMs = nowMs;
    this.toldAtMs = nowMs;
  }

  /** Whether it is told text. */
  get json(): boolean {
    return this.encoding === 'json' || this.encoding === 'json_strings';
  }

  /** Sends one control message to this client alone. */
  tell(message: ControlMessage, nowUs: number): void {
    if (this.closed) return;
    this.toldAtMs = nowUs / 1000;
    this.journal?.told(this.session, message);
    if (this.json) {
      this.sent(this.socket.send(encodeJsonControl(message), false));
      return;
    }
    const meta = { publishedAtUs: nowUs, receivedAtUs: undefined, numberOf: noNumber };
    const plain = encodeProtobufFrame([message], meta);
    this.sent(this.socket.send(this.encoding === 'protobuf' ? plain : marked(plain), true));
  }

  /** Sends a binary frame to this client alone. */
  tellFrame(frame: Uint8Array, nowUs: number): void {
    if (this.closed) return;
    this.toldAtMs = nowUs / 1000;
    this.sent(this.socket.send(frame, true));
  }

  /** What became of a frame that was handed to the socket. */
  sent(outcome: number): void {
    if (outcome === 2) this.dropped = true;
  }
}
