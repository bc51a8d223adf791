import { schema } from './client-schema.ts';
import type { Channel, ControlMessage, DataMessage } from './messages.ts';
import { putControl, takeControl } from './protobuf-control.ts';
import { putData, takeData } from './protobuf-data.ts';
import { count, optionalCount } from './safe-integer.ts';
import { decoding } from './wire-error.ts';

export interface FrameMeta {
  /** Unix microseconds at which the frame was made. */
  publishedAtUs: number;
  /** Unix microseconds: the oldest `receivedAtUs` of the data in the frame; undefined where it has none. */
  receivedAtUs: number | undefined;
  /** The number that names the stream for all connections of this gateway. */
  numberOf(symbol: string, channel: Channel): number;
}

export interface DecodedFrame {
  messages: (ControlMessage | DataMessage)[];
  publishedAtUs: number;
  receivedAtUs: number | undefined;
  /** Messages left out: of a kind that this version does not know, or of a stream that was never named. */
  skipped: number;
}

/** One binary frame. Throws WireError where a value would not arrive as it is. */
export function encodeProtobufFrame(messages: readonly (ControlMessage | DataMessage)[], meta: FrameMeta): Uint8Array {
  return schema.v1.ServerFrame.encode({
    publishedAtUs: count(meta.publishedAtUs, 'published_at_us'),
    receivedAtUs: optionalCount(meta.receivedAtUs, 'received_at_us'),
    messages: messages.map((message) =>
      isData(message) ? putData(message, (symbol, channel) => meta.numberOf(symbol, channel)) : putControl(message),
    ),
  }).finish();
}

/**
 * Reads a frame. `symbolOf` gives the name that a subscribe reply gave a number; a reply in the same frame counts too.
 * Throws WireError.
 */
export function decodeProtobufFrame(bytes: Uint8Array, symbolOf: (number: number) => string | undefined): DecodedFrame {
  return decoding('a frame', () => {
    const frame = schema.v1.ServerFrame.decode(bytes);
    const namedHere = new Map<number, string>();
    const nameOf = (number: number) => namedHere.get(number) ?? symbolOf(number);
    const messages: (ControlMessage | DataMessage)[] = [];
    let skipped = 0;
    for (const item of frame.messages) {
      const body = item as schema.v1.ServerMessage; // What `decode` makes; the type of the field allows plain objects for `encode`.
      const message = takeData(body, nameOf) ?? takeControl(body);
      if (message === undefined) skipped++;
      else messages.push(message);
      if (message?.type === 'success') {
        for (const { streamNumber, symbol } of message.results ?? []) {
          if (streamNumber !== undefined) namedHere.set(streamNumber, symbol);
        }
      }
    }
    return {
      messages,
      publishedAtUs: count(frame.publishedAtUs, 'published_at_us'),
      receivedAtUs: optionalCount(frame.receivedAtUs, 'received_at_us'),
      skipped,
    };
  });
}

export function isData(message: ControlMessage | DataMessage): message is DataMessage {
  return 'channel' in message && 'priceDecimals' in message;
}
