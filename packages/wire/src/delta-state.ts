import { DELTA_VALUE_LIMIT } from './limits.ts';
import type { DataMessage } from './messages.ts';
import type { VarintReader } from './varint.ts';
import { WireError } from './wire-error.ts';

/** What `encode` returns where the difference has no bytes: the message must be sent whole. */
export const CANT_SAY = -1;

/**
 * The last told state of one (symbol, channel), at the sender and at the receiver, and the bytes of what changes it.
 * docs/protocol.md has the formats. Where `encode` or `decode` throws or can't say, the state is what it was or, of
 * `decode`, must be forgotten.
 */
export interface DeltaState<Message extends DataMessage> {
  /**
   * Takes a whole message as the state, a copy of what may change. False: it is none of it (an older bar, sent again) and
   * the state stays.
   */
  set(message: Message): boolean;
  /** The next message is the state, whatever it is. */
  forget(): void;
  /** Bytes that `encode` may write for this message. */
  bytesAtMost(message: Message): number;
  /** Writes what turns the state into `message`, which covers `covered` numbers, and takes it as the state. */
  encode(bytes: Uint8Array, at: number, message: Message, covered: number): number;
  /** Reads what `encode` wrote, and makes the message of `range`. */
  decode(reader: VarintReader, symbol: string, range: [number, number]): DataMessage;
  /** Reads over it, without a state. */
  skip(reader: VarintReader): void;
  /** The state as a whole message at number `told`. */
  whole(symbol: string, told: number): Message;
}

/** now - before; NaN where one of them is unknown and the other is not, or a value is too large: NaN stays NaN in a sum. */
export function difference(now: number | undefined, before: number | undefined): number {
  if (now === before) return 0;
  if (now === undefined || before === undefined) return Number.NaN;
  if (now >= DELTA_VALUE_LIMIT || now <= -DELTA_VALUE_LIMIT) return Number.NaN;
  if (before >= DELTA_VALUE_LIMIT || before <= -DELTA_VALUE_LIMIT) return Number.NaN;
  return now - before;
}

/** The same of sums, which may be of any size: only their difference must be small. */
export function sumDifference(now: bigint | undefined, before: bigint | undefined): number {
  if (now === before) return 0;
  if (now === undefined || before === undefined) return Number.NaN;
  const result = Number(now - before);
  return result < DELTA_VALUE_LIMIT && result > -DELTA_VALUE_LIMIT ? result : Number.NaN;
}

/** now - (before + price * added): how far a turnover is from what was to be expected. */
export function turnoverDifference(
  now: bigint | undefined,
  before: bigint | undefined,
  price: number | undefined,
  added: number,
): number {
  if (now === undefined || before === undefined || price === undefined || added === 0)
    return sumDifference(now, before);
  if (Number.isNaN(added)) return Number.NaN;
  const product = price * added;
  if (!Number.isSafeInteger(product)) return sumDifference(now, before + BigInt(price) * BigInt(added));
  const difference = Number(now - before);
  if (!Number.isSafeInteger(difference)) return sumDifference(now, before + BigInt(product));
  const result = difference - product;
  return result < DELTA_VALUE_LIMIT && result > -DELTA_VALUE_LIMIT ? result : Number.NaN;
}

/** before + price * added + rest. */
export function turnoverAfter(before: bigint, price: number, added: number, rest: number): bigint {
  const product = price * added;
  const sum = product + rest;
  if (Number.isSafeInteger(product) && Number.isSafeInteger(sum)) return before + BigInt(sum);
  return before + BigInt(price) * BigInt(added) + BigInt(rest);
}

/** A time after a difference. */
export function time(value: number): number {
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new WireError('inconsistent', `a difference leads to the time ${value}`);
}
