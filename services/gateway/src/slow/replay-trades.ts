import type { ControlMessage, DataMessage, NoticeMessage, TradeMessage } from '@tapecast/wire';
import type { Client } from '../fanout/client.ts';
import type { FlushContext } from '../fanout/flush-context.ts';
import type { JsonFrame } from '../fanout/json-frame.ts';
import { ShownFrames } from '../fanout/shown-frames.ts';
import type { TextsOfTrades } from './texts-of-trades.ts';
import { blocksAfter, type Chunk, endOf, type Missed, type ToldRing } from './told-ring.ts';

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
  const missed = ring.since(from, client.json);
  const { lost, chunks } = missed;
  if (lost !== undefined) tellWhole(ring, client, afterLoss(ring, client, missed, state), context);
  const begin = lost?.[1] ?? from;
  const at = client.json
    ? tellTexts(ring.texts, chunks, client, begin, context)
    : tellBlocks(ring, chunks, client, begin, context);
  return { at, trades: at - begin, lost: begin - from };
}

/** The hole, and what differences that follow are made against. */
function afterLoss(
  ring: ToldRing,
  client: Client,
  { lost, chunks }: Missed,
  state: () => DataMessage | undefined,
): (DataMessage | ControlMessage)[] {
  const { symbol } = ring;
  const [first, last] = lost as [number, number];
  const msg = 'these trades were not delivered';
  const hole: NoticeMessage = { type: 'notice', code: 'hole', symbol, channel: 'trade', range: [first, last], msg };
  const [next] = chunks;
  const base = next === undefined ? state() : next.told ? undefined : next.base;
  return base === undefined || client.json ? [hole] : [hole, base];
}

/** The very blocks that others were sent, in as few frames as there can be. */
function tellBlocks(
  ring: ToldRing,
  chunks: readonly Chunk[],
  client: Client,
  from: number,
  context: FlushContext,
): number {
  let at = from;
  let bytes = 0;
  let blocks: Uint8Array[] = [];
  const send = (): void => {
    if (blocks.length === 0) return;
    const frame = context.frames.ofBlocks(blocks, context.nowUs, undefined);
    client.tellFrame(client.encoding === 'protobuf' ? frame.plain : frame.markedFor(1), context.nowUs);
    blocks = [];
  };
  for (const chunk of chunks) {
    if (bytes >= PIECE_BYTES) break;
    if (chunk.told && chunk.baseAt > at) {
      send();
      tellWhole(ring, client, [chunk.base as TradeMessage], context);
    }
    const more = blocksAfter(chunk, at);
    if (more.byteLength > 0) blocks.push(more);
    bytes += more.byteLength;
    at = endOf(chunk);
  }
  send();
  return at;
}

function tellTexts(
  texts: TextsOfTrades,
  chunks: readonly Chunk[],
  client: Client,
  from: number,
  context: FlushContext,
): number {
  const numbers = client.encoding === 'json' ? 'number' : 'string';
  const frames: JsonFrame[] = [];
  let at = from;
  let bytes = 0;
  for (const chunk of chunks) {
    if (bytes >= PIECE_BYTES) break;
    for (const { first, frame } of texts.of(chunk, numbers, context.nowUs)) {
      if (first <= from) continue;
      bytes += frame.byteLength;
      frames.push(frame);
    }
    at = endOf(chunk);
  }
  if (frames.length > 0) context.outbox.add(client, frames);
  return at;
}

function tellWhole(
  ring: ToldRing,
  client: Client,
  messages: readonly (DataMessage | ControlMessage)[],
  context: FlushContext,
): void {
  new ShownFrames(ring.streamNumber, messages).sendTo(client, context);
}
