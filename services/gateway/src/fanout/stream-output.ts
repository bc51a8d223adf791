import { type ControlMessage, type DataMessage, DeltaStream, type NoticeMessage } from '@tapecast/wire';
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
  /** What goes before the differences that `#delta` holds: empty where there are only those. */
  #parts: Part[] = [];
  #numbers: JsonFrame[] = [];
  #strings: JsonFrame[] = [];
  #oldestReceivedAtUs = Number.POSITIVE_INFINITY;
  /** What single clients were shown since the last flush. */
  readonly #shown = new Map<number, ShownFrames>();

  constructor(group: StreamGroup) {
    this.#group = group;
    this.#delta = new DeltaStream(group.number, group.channel);
  }

  /** The state that the first client is shown. */
  begin(state: DataMessage | undefined, told: number): void {
    this.#delta.begin(state, told);
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
    if (this.#delta.pendingBytes > BLOCK_BYTES_MAX) this.#cut();
    if (this.#delta.add(message)) return;
    this.#cut();
    this.#parts.push(kept(message));
  }

  /** The same, where no difference may be relied on. */
  whole(message: DataMessage): void {
    this.#text(message);
    this.#cut();
    this.#parts.push(message);
    this.#delta.begin(message, message.range?.[1] ?? this.#delta.told);
  }

  /** Says that numbers were lost: clients are at `told` then, and have `state`. */
  notice(message: NoticeMessage, state: DataMessage | undefined, told: number): void {
    this.#text(message);
    this.#cut();
    this.#parts.push(message);
    this.#delta.begin(state, told);
  }

  /** A trade of the past: it changes nothing. */
  shown(message: DataMessage): void {
    this.#text(message);
    this.#cut();
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
    this.#numbers = flushText(this.#numbers, members.jsonNumbers, context);
    this.#strings = flushText(this.#strings, members.jsonStrings, context);
    if (this.#parts.length === 0) {
      const updates = this.#delta.pendingUpdates;
      this.#publishBlock(this.#delta.take(), updates, received, context);
      return;
    }
    this.#cut();
    const parts = this.#parts;
    this.#parts = [];
    if (members.plain > 0 || members.marked > 0) this.#publishParts(parts, received, context);
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

  #publishParts(parts: readonly Part[], received: number | undefined, context: FlushContext): void {
    const { frames, nowUs } = context;
    const { number } = this.#group;
    let messages: (DataMessage | ControlMessage)[] = [];
    const send = (): void => {
      for (const one of frames.allOf(messages, number, nowUs, received))
        this.#publish(context, one.frame, one.messages);
      messages = [];
    };
    for (const part of parts) {
      if (!('block' in part)) {
        messages.push(part);
        continue;
      }
      send();
      this.#publishBlock(part.block, part.updates, received, context);
    }
    send();
  }

  #publishBlock(block: Uint8Array, updates: number, received: number | undefined, context: FlushContext): void {
    const { members } = this.#group;
    if (members.plain === 0 && members.marked === 0) return;
    const { frames } = context;
    frames.begin(context.nowUs, received);
    frames.append(block);
    this.#publish(context, frames.finish(), updates);
  }

  #publish(context: FlushContext, frame: EncodedFrame, updates: number): void {
    const { members } = this.#group;
    if (members.plain > 0) {
      context.publisher.publish(members.plainTopic, frame.plain, true);
      context.delivered(updates, members.plain, frame.plain.byteLength);
    }
    if (members.marked > 0) {
      context.publisher.publish(members.markedTopic, frame.marked, true);
      context.delivered(updates, members.marked, frame.marked.byteLength);
    }
  }

  #text(message: DataMessage | ControlMessage): void {
    const { members } = this.#group;
    if (members.jsonNumbers.size > 0) this.#numbers.push(jsonFrame(message, 'number'));
    if (members.jsonStrings.size > 0) this.#strings.push(jsonFrame(message, 'string'));
  }

  /** What comes next is no difference, or in a frame of its own. */
  #cut(): void {
    const updates = this.#delta.pendingUpdates;
    if (updates > 0) this.#parts.push({ block: this.#delta.take().slice(), updates });
  }
}

/** Sends each text to each client; what is left is nothing. */
function flushText(texts: JsonFrame[], clients: ReadonlySet<Client>, context: FlushContext): JsonFrame[] {
  if (texts.length === 0) return texts;
  for (const text of texts) {
    for (const client of clients) if (client.queue(text)) context.queued(client);
    context.delivered(1, clients.size, text.head.byteLength + (text.tail?.byteLength ?? 0));
  }
  return [];
}
