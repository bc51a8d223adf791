import {
  type ControlMessage,
  type DataMessage,
  encodeProtobufFrame,
  FrameDecoder,
  type NoticeMessage,
  type TradeMessage,
} from '@tapecast/wire';
import type { Client } from '../fanout/client.ts';
import type { FlushContext } from '../fanout/flush-context.ts';
import type { EncodedFrame } from '../fanout/frame-writer.ts';
import { jsonFrame } from '../fanout/json-frame.ts';
import type { Replay, ToldRing } from './told-ring.ts';

/** A client is sent so much of what it missed at once, and the rest when it has read that: a chunk more at most. */
const PIECE_BYTES = 64 * 1024;

export interface Replayed {
  /** The number up to which the client is told now. */
  at: number;
  /** Trades that it was told, and that it was told to be lost. */
  trades: number;
  lost: number;
}

/**
 * Tells a client what of a stream of trades it missed since number `from`, in its own way of being spoken to. `state` gives
 * what others have now.
 */
export function replayTrades(
  ring: ToldRing,
  client: Client,
  from: number,
  state: () => DataMessage | undefined,
  context: FlushContext,
): Replayed {
  if (from >= ring.last) return { at: from, trades: 0, lost: 0 };
  const replay = client.json
    ? new TextReplay(ring, client, from, context)
    : new BinaryReplay(ring, client, state, context);
  const at = client.json ? ring.replayWithBase(from, replay) : ring.replay(from, replay);
  replay.end();
  return { at, trades: at - from - replay.lost, lost: replay.lost };
}

function holeOf(ring: ToldRing, range: [number, number]): NoticeMessage {
  const { symbol } = ring;
  return { type: 'notice', code: 'hole', symbol, channel: 'trade', range, msg: 'these trades were not delivered' };
}

/** Sends the very blocks that others were sent, as few frames. */
class BinaryReplay implements Replay {
  lost = 0;
  readonly #ring: ToldRing;
  readonly #client: Client;
  readonly #state: () => DataMessage | undefined;
  readonly #context: FlushContext;
  #blocks: Uint8Array[] = [];
  #bytes = 0;

  constructor(ring: ToldRing, client: Client, state: () => DataMessage | undefined, context: FlushContext) {
    this.#ring = ring;
    this.#client = client;
    this.#state = state;
    this.#context = context;
  }
  get full(): boolean {
    return this.#bytes >= PIECE_BYTES;
  }
  hole(first: number, last: number): void {
    this.lost += last - first + 1;
    this.#whole(holeOf(this.#ring, [first, last]));
  }
  base(state: DataMessage | undefined): void {
    const message = state ?? this.#state();
    if (message !== undefined) this.#whole(message);
  }
  whole(message: TradeMessage): void {
    this.#whole(message);
  }
  blocks(bytes: Uint8Array): void {
    this.#blocks.push(bytes);
    this.#bytes += bytes.byteLength;
  }
  end(): void {
    if (this.#blocks.length === 0) return;
    const { frames, nowUs } = this.#context;
    this.#send(frames.ofBlocks(this.#blocks, nowUs, undefined));
    this.#blocks = [];
  }
  #whole(message: DataMessage | ControlMessage): void {
    this.end();
    const { frames, nowUs } = this.#context;
    this.#send(frames.ofMessages([message], this.#ring.streamNumber, nowUs, undefined));
  }
  #send(frame: EncodedFrame): void {
    const bytes = this.#client.encoding === 'protobuf' ? frame.plain : frame.markedFor(1);
    this.#client.tellFrame(bytes, this.#context.nowUs);
  }
}

/** Text is made anew of what the blocks say: who reads text is rarely slow, and would else cost memory all the time. */
class TextReplay implements Replay {
  lost = 0;
  readonly #ring: ToldRing;
  readonly #client: Client;
  readonly #from: number;
  readonly #context: FlushContext;
  readonly #decoder: FrameDecoder;
  #bytes = 0;

  constructor(ring: ToldRing, client: Client, from: number, context: FlushContext) {
    this.#ring = ring;
    this.#client = client;
    this.#from = from;
    this.#context = context;
    this.#decoder = new FrameDecoder({ marked: false, now: () => context.nowUs / 1000 });
    const { symbol, streamNumber } = ring;
    const named = { symbol, channel: 'trade' as const, ok: true, epoch: '', seq: 0, streamNumber };
    this.#decode([{ type: 'success', action: 'subscribe', id: null, msg: '', results: [named] }]);
  }
  get full(): boolean {
    return this.#bytes >= PIECE_BYTES;
  }
  hole(first: number, last: number): void {
    this.lost += last - first + 1;
    this.#tell(holeOf(this.#ring, [first, last]));
  }
  base(state: DataMessage | undefined): void {
    if (state !== undefined) this.#decode([state]);
  }
  whole(message: TradeMessage): void {
    this.#take(this.#decode([message]));
  }
  blocks(bytes: Uint8Array): void {
    const { frames, nowUs } = this.#context;
    this.#take(this.#decoder.decode(frames.ofBlocks([bytes], nowUs, undefined).plain).messages);
  }
  end(): void {
    // Texts leave with the client's queue.
  }
  #decode(messages: (DataMessage | ControlMessage)[]): (DataMessage | ControlMessage)[] {
    const { nowUs } = this.#context;
    const numberOf = (): number => this.#ring.streamNumber;
    return this.#decoder.decode(
      encodeProtobufFrame(messages, { publishedAtUs: nowUs, receivedAtUs: undefined, numberOf }),
    ).messages;
  }
  #take(messages: readonly (DataMessage | ControlMessage)[]): void {
    for (const message of messages)
      if (message.type === 'trade' && message.range !== undefined && message.range[0] > this.#from) this.#tell(message);
  }
  #tell(message: DataMessage | ControlMessage): void {
    const frame = jsonFrame(message, this.#client.encoding === 'json' ? 'number' : 'string');
    this.#bytes += frame.byteLength;
    this.#context.outbox.add(this.#client, [frame]);
  }
}
