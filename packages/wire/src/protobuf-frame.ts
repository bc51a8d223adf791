import { schema } from './client-schema.ts';
import type { Channel, ControlMessage, DataMessage } from './messages.ts';
import { putControl } from './protobuf-control.ts';
import { putData } from './protobuf-data.ts';
import { count, optionalCount } from './safe-integer.ts';

export interface FrameMeta {
  /** Unix microseconds at which the frame was made. */
  publishedAtUs: number;
  /** Unix microseconds: the oldest `receivedAtUs` of the data in the frame; undefined where it has none. */
  receivedAtUs: number | undefined;
  /** The number that names the stream for all connections of this gateway. */
  numberOf(symbol: string, channel: Channel): number;
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

export function isData(message: ControlMessage | DataMessage): message is DataMessage {
  return 'channel' in message && 'priceDecimals' in message;
}
