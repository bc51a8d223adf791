import type { Channel, InstrumentView, Sequence, Update } from '@tapecast/market';
import {
  type ControlMessage,
  type DataMessage,
  depthOf,
  encodeProtobufFrame,
  type JsonNumbers,
  type NoticeMessage,
  sequenceOf,
} from '@tapecast/wire';
import type { Client } from './client.ts';
import type { TopicPublisher } from './client-socket.ts';
import { DepthCut } from './depth-cut.ts';
import { type JsonFrame, jsonFrame } from './json-frame.ts';
import { liveKline, liveTrade, quoteMessage, rememberedTrade, snapshotMessages, stateMessages } from './messages.ts';

/** What a flush passes down: where frames go, what time it is, and who counts. */
export interface FlushContext {
  publisher: TopicPublisher;
  /** Unix microseconds: `publishedAt` of all frames of the flush. */
  nowUs: number;
  messagesPerFrameMax: number;
  /** The client has something queued for the first time in this flush. */
  queued(client: Client): void;
  /** Counts frames that were encoded and how many clients each went to. */
  delivered(messages: number, clients: number, bytes: number): void;
}

/** How an instrument is named in Protobuf data frames. */
export interface InstrumentNumber {
  readonly symbol: string;
  readonly number: number;
}

interface Snapshot {
  epoch: string;
  seq: number;
  messages: DataMessage[];
  /** Encoded when the first client asks, then kept for others who join at the same number. */
  json: Partial<Record<JsonNumbers, JsonFrame[]>>;
  protobuf: Uint8Array | undefined;
}

/**
 * The subscribers of one (instrument, channel) at interval 0: every update as it comes, encoded once for each content that
 * somebody reads. It exists while it has subscribers. What they were told last is `told`; a new subscriber is shown the
 * state at exactly that number, so the next frame, which all share, applies to it.
 */
export class ChannelGroup {
  readonly channel: Channel;
  readonly sequence: Sequence;
  readonly #named: InstrumentNumber;
  readonly #topic: string;
  readonly #json = new Set<Client>();
  readonly #jsonStrings = new Set<Client>();
  #protobufClients = 0;
  readonly #cut: DepthCut | undefined;
  #told: number;
  #pending: (DataMessage | ControlMessage)[] = [];
  #oldestReceivedAtUs = Number.POSITIVE_INFINITY;
  #snapshot: Snapshot | undefined;
  /** Unix ms of the last frame to all: a client that hears from it needs no heartbeat. */
  toldAtMs = 0;

  constructor(named: InstrumentNumber, channel: Channel, view: InstrumentView) {
    this.channel = channel;
    this.sequence = sequenceOf(channel);
    this.#named = named;
    this.#topic = `${named.number}/${channel}`;
    const levels = depthOf(channel);
    this.#cut = levels === undefined ? undefined : new DepthCut(levels, view);
    this.#told = view.seqs[this.sequence];
  }

  /** The number that every subscriber is at. */
  get told(): number {
    return this.#cut?.told ?? this.#told;
  }

  get empty(): boolean {
    return this.#json.size === 0 && this.#jsonStrings.size === 0 && this.#protobufClients === 0;
  }

  /** From the next flush on the client gets what all get. What is pending must have been flushed. */
  join(client: Client): void {
    if (client.encoding === 'json') this.#json.add(client);
    else if (client.encoding === 'json_strings') this.#jsonStrings.add(client);
    else {
      this.#protobufClients++;
      client.socket.subscribe(this.#topic);
    }
  }

  leave(client: Client): void {
    if (client.encoding === 'json') this.#json.delete(client);
    else if (client.encoding === 'json_strings') this.#jsonStrings.delete(client);
    else {
      this.#protobufClients--;
      // A socket that closed has left its topics already and may not be touched.
      if (!client.closed) client.socket.unsubscribe(this.#topic);
    }
  }

  /** `view` has just taken `update`, which is of this group's sequence. */
  applied(view: InstrumentView, update: Update): void {
    const message = this.#liveMessage(view, update);
    if (message === undefined) return;
    this.#told = update.last;
    this.#push(message, update.receivedAtUs);
  }

  /** The view was reached by other ways than updates. Subscribers are brought to it without a hole in what they are told. */
  adopted(view: InstrumentView, epochChanged: boolean): void {
    if (epochChanged) {
      const msg = `the numbers of ${this.channel} begin anew, with epoch ${view.epoch}`;
      this.#push({ ...this.#hole(undefined, msg), epoch: view.epoch }, undefined);
      this.#told = 0;
      this.#cut?.forget();
    }
    const told = this.told;
    const seq = view.seqs[this.sequence];
    if (seq <= told) return;
    if (this.channel === 'trade') this.#tradesSince(view, told, seq);
    else if (this.#cut !== undefined) this.#push(this.#cut.whole(view, seq), undefined);
    else for (const message of stateMessages(view, this.channel, [told + 1, seq])) this.#push(message, undefined);
    this.#told = seq;
  }

  /** The frames that bring one client to where the group is. `view` is the group's; nothing may be pending. */
  show(client: Client, view: InstrumentView, history: boolean, context: FlushContext): void {
    if (this.channel === 'trade' && !history) return;
    const snapshot = this.#snapshotOf(view);
    if (snapshot.messages.length === 0) return;
    if (client.encoding === 'protobuf') {
      snapshot.protobuf ??= this.#encode(snapshot.messages, undefined, context.nowUs);
      client.tellFrame(snapshot.protobuf, context.nowUs);
      context.delivered(snapshot.messages.length, 1, snapshot.protobuf.byteLength);
      return;
    }
    const numbers = client.encoding === 'json' ? 'number' : 'string';
    const frames = snapshot.json[numbers] ?? snapshot.messages.map((message) => jsonFrame(message, numbers));
    snapshot.json[numbers] = frames;
    for (const frame of frames) queueFrame(client, frame, context);
    context.delivered(frames.length, 1, 0);
  }

  /** Encodes what is pending, once for each content, and sends it to all. */
  flush(context: FlushContext): void {
    if (this.#pending.length === 0) return;
    const pending = this.#pending;
    const received = Number.isFinite(this.#oldestReceivedAtUs) ? this.#oldestReceivedAtUs : undefined;
    this.#pending = [];
    this.#oldestReceivedAtUs = Number.POSITIVE_INFINITY;
    this.#snapshot = undefined;
    this.toldAtMs = context.nowUs / 1000;
    if (this.#json.size > 0) queueAll(this.#json, pending, 'number', context);
    if (this.#jsonStrings.size > 0) queueAll(this.#jsonStrings, pending, 'string', context);
    if (this.#protobufClients === 0) return;
    for (let at = 0; at < pending.length; at += context.messagesPerFrameMax) {
      const messages =
        at === 0 && pending.length <= context.messagesPerFrameMax
          ? pending
          : pending.slice(at, at + context.messagesPerFrameMax);
      const frame = this.#encode(messages, received, context.nowUs);
      context.publisher.publish(this.#topic, frame, true);
      context.delivered(messages.length, this.#protobufClients, frame.byteLength);
    }
  }

  #liveMessage(view: InstrumentView, update: Update): DataMessage | undefined {
    if (this.#cut !== undefined) return this.#cut.after(view, update);
    if (this.channel === 'trade') return liveTrade(view.instrument, update);
    if (this.channel === 'quote') return quoteMessage(view, [this.#told + 1, update.last]);
    return liveKline(view.instrument, update);
  }

  /** Trades are never merged: those that the view remembers are told one by one, and what is missing before them as a hole. */
  #tradesSince(view: InstrumentView, told: number, seq: number): void {
    const untold = view.trades.filter((trade) => trade.seq > told);
    // They joined when there was no state, and trades are missing: they are shown its last ones as any new subscriber is.
    const as = told === 0 && untold[0]?.seq !== 1 ? 'history' : 'live';
    const firstLive = as === 'history' ? seq + 1 : (untold[0]?.seq ?? seq + 1);
    if (firstLive > told + 1) {
      this.#push(this.#hole([told + 1, firstLive - 1], 'these trades were not delivered'), undefined);
    }
    for (const trade of untold) this.#push(rememberedTrade(view.instrument, trade, as), undefined);
  }

  #hole(range: [number, number] | undefined, msg: string): NoticeMessage {
    const notice = { type: 'notice', code: 'hole', symbol: this.#named.symbol, channel: this.channel, msg } as const;
    return range === undefined ? notice : { ...notice, range };
  }

  #push(message: DataMessage | ControlMessage, receivedAtUs: number | undefined): void {
    this.#pending.push(message);
    if (receivedAtUs !== undefined && receivedAtUs < this.#oldestReceivedAtUs) this.#oldestReceivedAtUs = receivedAtUs;
  }

  #snapshotOf(view: InstrumentView): Snapshot {
    const seq = this.told;
    const kept = this.#snapshot;
    if (kept !== undefined && kept.seq === seq && kept.epoch === view.epoch) return kept;
    const messages = snapshotMessages(view, this.channel, seq);
    this.#snapshot = { epoch: view.epoch, seq, messages, json: {}, protobuf: undefined };
    return this.#snapshot;
  }

  #encode(messages: (DataMessage | ControlMessage)[], receivedAtUs: number | undefined, nowUs: number): Uint8Array {
    return encodeProtobufFrame(messages, { publishedAtUs: nowUs, receivedAtUs, numberOf: () => this.#named.number });
  }
}

function queueFrame(client: Client, frame: JsonFrame, context: FlushContext): void {
  if (client.queue(frame)) context.queued(client);
}

function queueAll(
  clients: Set<Client>,
  messages: readonly (DataMessage | ControlMessage)[],
  numbers: 'number' | 'string',
  context: FlushContext,
): void {
  for (const message of messages) {
    const frame = jsonFrame(message, numbers);
    for (const client of clients) queueFrame(client, frame, context);
    context.delivered(1, clients.size, frame.head.byteLength + (frame.tail?.byteLength ?? 0));
  }
}
