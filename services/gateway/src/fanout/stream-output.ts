import { type ControlMessage, type DataMessage, DeltaStream, type NoticeMessage } from '@tapecast/wire';
import { replayTrades } from '../slow/replay-trades.ts';
import type { ToldRing } from '../slow/told-ring.ts';
import type { Client } from './client.ts';
import type { FlushContext } from './flush-context.ts';
import type { EncodedFrame } from './frame-writer.ts';
import { type JsonFrame, jsonFrame } from './json-frame.ts';
import { kept } from './live-messages.ts';
import { ShownFrames } from './shown-frames.ts';
import type { StreamGroup } from './stream-group.ts';

/** Differences that follow each other, as a block of a frame. */
interface Differences {
  block: Uint8Array;
  updates: number;
}

/** Differences of one stream that are kept for one frame. */
const BLOCK_BYTES_MAX = 16 * 1024;

type Part = DataMessage | ControlMessage | Differences;

/**
 * What one stream says: differences where they can be said, else whole messages, in their order; and the state that its
 * clients have with that. What is told is encoded at once and leaves with `flush`.
 */
export class StreamOutput {
  /** Unix ms of the last frame to all. */
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
  /** What single clients were shown since the last flush. */
  readonly #shown = new Map<number, ShownFrames>();

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

  /** Sends everything to all. */
  flush(context: FlushContext): void {
    if (this.#delta.pendingUpdates === 0 && this.#parts.length === 0) return;
    const received = Number.isFinite(this.#oldestReceivedAtUs) ? this.#oldestReceivedAtUs : undefined;
    this.#oldestReceivedAtUs = Number.POSITIVE_INFINITY;
    this.toldAtMs = context.nowUs / 1000;
    this.#shown.clear();
    const { members } = this.#group;
    context.encoded(this.#delta.pendingUpdates + this.#parts.length);
    this.#numbers = flushText(this.#numbers, members.jsonNumbers, context);
    this.#strings = flushText(this.#strings, members.jsonStrings, context);
    if (this.#parts.length === 0) {
      const updates = this.#delta.pendingUpdates;
      const block = this.#delta.take();
      this.#ring?.block(block, this.#delta.told, this.#stateOf);
      if (members.plain > 0 || members.marked > 0)
        this.#publish(context.frames.ofBlock(block, context.nowUs, received), updates, context);
      for (const cohort of members.cohorts) cohort.add(block, updates, received, context);
      return;
    }
    this.#cut(this.#delta.told, this.#stateOf);
    const parts = this.#parts;
    this.#parts = [];
    if (members.binary) this.#publishParts(parts, received, context);
  }

  /** Tells one client the trades since number `from`; see `replayTrades`. Nothing may be pending. */
  replay(client: Client, from: number, context: FlushContext): number | undefined {
    if (this.#ring === undefined) return undefined;
    const { at, trades, lost } = replayTrades(this.#ring, client, from, this.#stateOf, context);
    context.replayed(trades, lost);
    return at;
  }

  /** Nobody has the stream any more. */
  end(): void {
    this.#ring?.close();
  }

  /** Shows one client the state as told: with `history` also trades before it. Nothing may be pending. */
  show(client: Client, history: boolean, context: FlushContext): void {
    const key = (history ? 2 : 0) + (client.json ? 1 : 0);
    let shown = this.#shown.get(key);
    if (shown === undefined) {
      shown = new ShownFrames(this.#group.number, this.#group.shown(client, history));
      this.#shown.set(key, shown);
    }
    shown.sendTo(client, context);
  }

  /** In their order, each in a frame of its own: also to cohorts. */
  #publishParts(parts: readonly Part[], received: number | undefined, context: FlushContext): void {
    const { frames, nowUs } = context;
    const { number } = this.#group;
    let messages: (DataMessage | ControlMessage)[] = [];
    const { cohorts } = this.#group.members;
    const send = (frame: EncodedFrame, updates: number): void => {
      this.#publish(frame, updates, context);
      for (const cohort of cohorts) cohort.send(frame, updates, context);
    };
    const sendMessages = (): void => {
      for (const one of frames.allOf(messages, number, nowUs, received)) send(one.frame, one.messages);
      messages = [];
    };
    for (const part of parts) {
      if (!('block' in part)) {
        messages.push(part);
        continue;
      }
      sendMessages();
      send(frames.ofBlock(part.block, nowUs, received), part.updates);
    }
    sendMessages();
  }

  #publish(frame: EncodedFrame, updates: number, context: FlushContext): void {
    const { members } = this.#group;
    if (members.plain > 0) {
      context.publisher.publish(members.plainTopic, frame.plain, true);
      context.delivered(updates, members.plain, frame.plain.byteLength);
    }
    if (members.marked > 0) {
      const bytes = frame.markedFor(members.marked);
      context.publisher.publish(members.markedTopic, bytes, true);
      context.delivered(updates, members.marked, bytes.byteLength);
    }
  }

  #text(message: DataMessage | ControlMessage): void {
    const { members } = this.#group;
    if (members.jsonNumbers.size > 0) this.#numbers.push(jsonFrame(message, 'number'));
    if (members.jsonStrings.size > 0) this.#strings.push(jsonFrame(message, 'string'));
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

const noState = (): undefined => undefined;

/** Sends each text to each client; what is left is nothing. */
function flushText(texts: JsonFrame[], clients: ReadonlySet<Client>, context: FlushContext): JsonFrame[] {
  if (texts.length === 0) return texts;
  let bytes = 0;
  for (const { byteLength } of texts) bytes += byteLength;
  context.encoded(texts.length);
  context.delivered(texts.length, clients.size, bytes);
  for (const client of clients) context.outbox.add(client, texts);
  return [];
}
