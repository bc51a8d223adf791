import { CHANNELS, type Channel, type InstrumentView, SEQUENCES, type Sequence, type Update } from '@tapecast/market';
import { encodeProtobufFrame, type StatusMessage, sequenceOf } from '@tapecast/wire';
import { ChannelGroup, type FlushContext, type InstrumentNumber } from './channel-group.ts';
import type { Client } from './client.ts';
import { jsonFrame } from './json-frame.ts';

/** Times of one update on its way, for the histograms of hops. Unix microseconds. */
export type ObserveHops = (receivedAtUs: number, computedAtUs: number, publishedAtUs: number) => void;

/** All subscribers of one instrument: its channel groups, and who is told its status. */
export class InstrumentFanout {
  readonly named: InstrumentNumber;
  readonly #groups = new Map<Channel, ChannelGroup>();
  /** Each client once, with the number of channels it has: the status goes to it once. */
  readonly #clients = new Map<Client, number>();
  readonly #statusTopic: string;
  #statuses: StatusMessage[] = [];
  #epoch = '';
  /** receivedAtUs and computedAtUs of the updates since the last flush, in turn. */
  #times: number[] = [];

  constructor(named: InstrumentNumber) {
    this.named = named;
    this.#statusTopic = `${named.number}/status`;
  }

  get empty(): boolean {
    return this.#clients.size === 0;
  }

  group(channel: Channel): ChannelGroup | undefined {
    return this.#groups.get(channel);
  }

  /** Adds the client to the channel, which it does not have yet. Nothing may be pending. */
  join(client: Client, channel: Channel, view: InstrumentView): ChannelGroup {
    let group = this.#groups.get(channel);
    if (group === undefined) {
      group = new ChannelGroup(this.named, channel, view);
      this.#groups.set(channel, group);
      this.#epoch = view.epoch;
    }
    group.join(client);
    const channels = this.#clients.get(client) ?? 0;
    this.#clients.set(client, channels + 1);
    if (channels === 0 && client.encoding === 'protobuf') client.socket.subscribe(this.#statusTopic);
    return group;
  }

  leave(client: Client, channel: Channel): void {
    const group = this.#groups.get(channel);
    if (group === undefined) return;
    group.leave(client);
    if (group.empty) this.#groups.delete(channel);
    const channels = this.#clients.get(client) ?? 0;
    if (channels > 1) {
      this.#clients.set(client, channels - 1);
      return;
    }
    this.#clients.delete(client);
    if (client.encoding === 'protobuf' && !client.closed) client.socket.unsubscribe(this.#statusTopic);
  }

  applied(view: InstrumentView, update: Update, computedAtUs: number): void {
    for (const channel of CHANNELS_OF.get(update.sequence) ?? []) this.#groups.get(channel)?.applied(view, update);
    if (this.#clients.size > 0) this.#times.push(update.receivedAtUs, computedAtUs);
  }

  adopted(view: InstrumentView): void {
    const epochChanged = this.#epoch !== '' && view.epoch !== this.#epoch;
    this.#epoch = view.epoch;
    for (const group of this.#groups.values()) group.adopted(view, epochChanged);
  }

  /** Tells everyone who holds the instrument, before the data of the same flush. */
  status(message: StatusMessage): void {
    if (this.#clients.size > 0) this.#statuses.push(message);
  }

  flush(context: FlushContext, observe: ObserveHops): void {
    if (this.#statuses.length > 0) this.#flushStatuses(context);
    for (const group of this.#groups.values()) group.flush(context);
    for (let i = 0; i < this.#times.length; i += 2) {
      observe(this.#times[i] as number, this.#times[i + 1] as number, context.nowUs);
    }
    this.#times.length = 0;
  }

  #flushStatuses(context: FlushContext): void {
    const statuses = this.#statuses;
    this.#statuses = [];
    const frames = statuses.map((status) => jsonFrame(status, 'number'));
    let protobufClients = 0;
    for (const client of this.#clients.keys()) {
      if (client.encoding === 'protobuf') protobufClients++;
      else for (const frame of frames) if (client.queue(frame)) context.queued(client);
    }
    if (protobufClients === 0) return;
    const meta = { publishedAtUs: context.nowUs, receivedAtUs: undefined, numberOf: () => this.named.number };
    context.publisher.publish(this.#statusTopic, encodeProtobufFrame(statuses, meta), true);
  }
}

/** The channels that each sequence feeds; `status` feeds none: it goes to all who hold the instrument. */
const CHANNELS_OF: ReadonlyMap<Sequence, readonly Channel[]> = new Map(
  SEQUENCES.map((sequence) => [sequence, CHANNELS.filter((channel) => sequenceOf(channel) === sequence)]),
);
