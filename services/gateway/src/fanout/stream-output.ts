import { isDeepStrictEqual } from 'node:util';
import { type ControlMessage, type DataMessage, DeltaStream, type NoticeMessage } from '@tapecast/wire';
import { BLOCK_BYTES_MAX } from '../limits.ts';
import { type Replayed, replayTrades } from '../slow/replay-trades.ts';
import type { ToldRing } from '../slow/told-ring.ts';
import type { Client } from './client.ts';
import type { FlushContext } from './flush-context.ts';
import { type JsonFrame, jsonFrame } from './json-frame.ts';
import { kept } from './live-messages.ts';
import type { Receiver } from './receiver.ts';
import { ShownFrames } from './shown-frames.ts';
import type { StreamGroup } from './stream-group.ts';

/** Differences that follow each other, as a block of a frame. */
interface Differences {
  block: Uint8Array;
  updates: number;
}

type Part = DataMessage | ControlMessage | Differences;

/**
 * What one stream says: differences where they can be said, else whole messages, in their order; and the state that its
 * clients have with that. What is told is encoded at once and leaves with `flush`.
 */
export class StreamOutput {
  /** Unix ms of the last flush that had something to tell. */
  toldAtMs = 0;
  readonly #group: StreamGroup;
  readonly #delta: DeltaStream;
  /** Of trades: what was told, for those who can't be told it now. */
  readonly #ring: ToldRing | undefined;
  readonly #stateOf = (): DataMessage | undefined => this.#delta.state();
  /** What goes before the differences that `#delta` holds: empty where there are only those. */
  #parts: Part[] = [];
  #numbers: JsonFrame[] = [];
  #strings: JsonFrame[] = [];
  #oldestReceivedAtUs = Number.POSITIVE_INFINITY;
  /** What single clients were shown since the last flush, and a while ago at most: frames say when they were published. */
  readonly #shown = new Map<number, ShownFrames>();
  #shownAtUs = 0;

  constructor(group: StreamGroup, ring: ToldRing | undefined) {
    this.#group = group;
    this.#delta = new DeltaStream(group.number, group.channel);
    this.#ring = ring;
  }

  /** The state that the first client is shown. */
  begin(state: DataMessage | undefined, told: number): void {
    this.#delta.begin(state, told);
    this.#ring?.restart(told, state);
  }

  /** The state as told: one message, or none where there is none. */
  state(): DataMessage[] {
    const state = this.#delta.state();
    return state === undefined ? [] : [state];
  }

  received(receivedAtUs: number): void {
    if (receivedAtUs < this.#oldestReceivedAtUs) this.#oldestReceivedAtUs = receivedAtUs;
  }

  /** `message`, whole, is the state now; JSON clients are told it as `forJson`. Both are only read before this returns. */
  tell(message: DataMessage, forJson: DataMessage): void {
    this.#text(forJson);
    const { told } = this.#delta;
    if (this.#delta.pendingBytes > BLOCK_BYTES_MAX) this.#cut(told, this.#stateOf);
    if (this.#delta.add(message)) return;
    // The state is `message` already: it is the base of what follows.
    this.#cut(told, noState);
    this.#parts.push(kept(message));
    if (message.type === 'trade') this.#ring?.whole(message);
  }

  /** The same, where no difference may be relied on. */
  whole(message: DataMessage): void {
    this.#text(message);
    this.#cut(this.#delta.told, this.#stateOf);
    this.#parts.push(message);
    this.#delta.begin(message, message.range?.[1] ?? this.#delta.told);
  }

  /** Says that numbers were lost: clients are at `told` then, and have `state`. */
  notice(message: NoticeMessage, state: DataMessage | undefined, told: number): void {
    this.#text(message);
    this.#cut(this.#delta.told, this.#stateOf);
    this.#parts.push(message);
    this.#delta.begin(state, told);
    this.#ring?.restart(told, state);
  }

  /** A trade of the past: it changes nothing. */
  shown(message: DataMessage): void {
    this.#text(message);
    this.#cut(this.#delta.told, this.#stateOf);
    this.#parts.push(message);
  }

  /** Sends everything to all. Returns how many clients those are. */
  flush(context: FlushContext): number {
    const received = this.#oldestReceivedAtUs;
    // Also of what told nothing: the age of what comes next is not its.
    this.#oldestReceivedAtUs = Number.POSITIVE_INFINITY;
    if (this.#delta.pendingUpdates === 0 && this.#parts.length === 0) return 0;
    this.toldAtMs = context.nowUs / 1000;
    this.#shown.clear();
    const { members } = this.#group;
    context.encoded(this.#delta.pendingUpdates + this.#parts.length);
    let clients = 0;
    if (this.#numbers.length > 0) {
      clients += sendTexts(this.#numbers, members.numbers, context);
      this.#numbers = [];
    }
    if (this.#strings.length > 0) {
      clients += sendTexts(this.#strings, members.strings, context);
      this.#strings = [];
    }
    if (this.#parts.length === 0) {
      const updates = this.#delta.pendingUpdates;
      const block = this.#delta.take();
      this.#ring?.block(block, this.#delta.told, this.#stateOf);
      if (members.binary.length > 0) {
        const told = context.table.addBlock(block, received, members.binary);
        context.delivered(updates, told, 0);
        clients += told;
      }
      return clients;
    }
    this.#cut(this.#delta.told, this.#stateOf);
    const parts = this.#parts;
    this.#parts = [];
    if (members.binary.length > 0) clients += this.#addParts(parts, received, context);
    return clients;
  }

  /** Tells one client the trades since number `from`; see `replayTrades`. Nothing may be pending. */
  replay(client: Client, from: number, context: FlushContext): Replayed | undefined {
    if (this.#ring === undefined) return undefined;
    const replayed = replayTrades(this.#ring, client, from, this.#stateOf, context);
    context.replayed(replayed.trades, replayed.lost);
    return replayed;
  }

  /** See `ToldRing`. */
  reachedAfter(from: number, withBase: boolean): number | undefined {
    return this.#ring?.reachedAfter(from, withBase);
  }

  reaches(from: number, withBase: boolean): boolean {
    return this.#ring?.reaches(from, withBase) ?? false;
  }

  forgetShown(): void {
    this.#shown.clear();
  }

  /**
   * Whether who was told all of the other stream may be told the differences that follow here. States at one number differ
   * where one of them was taken from the view after other channels had raised its decimals.
   */
  continues(other: StreamOutput): boolean {
    return !other.#delta.toldOther && isDeepStrictEqual(this.#delta.state(), other.#delta.state());
  }

  /** Nobody has the stream any more. */
  end(): void {
    this.#ring?.close();
  }

  /** Shows one client the state as told: with `history` also trades before it. Nothing may be pending. */
  show(client: Client, history: boolean, context: FlushContext): void {
    const key = (history ? 2 : 0) + (client.json ? 1 : 0);
    if (Math.abs(context.nowUs - this.#shownAtUs) > SHOWN_KEPT_US) {
      this.#shown.clear();
      this.#shownAtUs = context.nowUs;
    }
    let shown = this.#shown.get(key);
    if (shown === undefined) {
      shown = new ShownFrames(this.#group.number, this.#group.shown(client, history));
      this.#shown.set(key, shown);
    }
    shown.sendTo(client, context);
  }

  /** Whole messages and differences in their order. */
  #addParts(parts: readonly Part[], received: number, context: FlushContext): number {
    const { frames, nowUs, table } = context;
    const { number, members } = this.#group;
    let clients = 0;
    let messages: (DataMessage | ControlMessage)[] = [];
    const addMessages = (): void => {
      for (const one of frames.allOf(messages, number, nowUs, Number.isFinite(received) ? received : undefined)) {
        clients = table.addFrame(one.frame, members.binary);
        context.delivered(one.messages, clients, 0);
      }
      messages = [];
    };
    for (const part of parts) {
      if (!('block' in part)) {
        messages.push(part);
        continue;
      }
      addMessages();
      clients = table.addBlock(part.block, received, members.binary);
      context.delivered(part.updates, clients, 0);
    }
    addMessages();
    return clients;
  }

  #text(message: DataMessage | ControlMessage): void {
    const { members } = this.#group;
    if (members.numbers.length > 0) this.#numbers.push(jsonFrame(message, 'number'));
    if (members.strings.length > 0) this.#strings.push(jsonFrame(message, 'string'));
  }

  /** What comes next is no difference, or in a frame of its own. What is pending brings clients to `told`, and to `state`. */
  #cut(told: number, state: () => DataMessage | undefined): void {
    const updates = this.#delta.pendingUpdates;
    if (updates === 0) return;
    const block = this.#delta.take().slice();
    this.#ring?.block(block, told, state);
    this.#parts.push({ block, updates });
  }
}

/** Many come at once where a gateway ended; receivers reckon times from the last that they read, to some seconds. */
const SHOWN_KEPT_US = 250_000;

const noState = (): undefined => undefined;

/** Has each text sent to each of them. Returns how many they are. */
function sendTexts(texts: readonly JsonFrame[], members: readonly Receiver[], context: FlushContext): number {
  let bytes = 0;
  for (const { byteLength } of texts) bytes += byteLength;
  context.encoded(texts.length);
  const clients = context.table.addTexts(texts, members);
  context.delivered(texts.length, clients, bytes);
  return clients;
}
