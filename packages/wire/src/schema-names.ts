// Names of the schema's enums, by their numbers. A number's meaning never changes (proto/README.md).
import { INTERVALS, type Interval, type MarketState, SEQUENCES, type Sequence, type Side } from '@tapecast/market';
import { WireError } from './wire-error.ts';

const MARKET_STATES = [
  'pending',
  'live',
  'stale',
  'halted',
  'closed',
  'delayed',
] as const satisfies readonly MarketState[];
const SIDES = [undefined, 'buy', 'sell'] as const;

/** `SEQUENCE_TRADE` is 1, in the order of SEQUENCES; 0 is unspecified. */
const SEQUENCE_NUMBERS = Object.fromEntries(SEQUENCES.map((name, index) => [name, index + 1])) as Record<
  Sequence,
  number
>;
const MARKET_STATE_NUMBERS = Object.fromEntries(MARKET_STATES.map((name, index) => [name, index])) as Record<
  MarketState,
  number
>;

export function sequenceNumber(name: Sequence): number {
  return SEQUENCE_NUMBERS[name] ?? unknown('sequence', name);
}

export function sequenceName(number: number | null | undefined): Sequence {
  return SEQUENCES[(number ?? 0) - 1] ?? unknown('sequence', number);
}

export function marketStateNumber(name: MarketState): number {
  return MARKET_STATE_NUMBERS[name] ?? unknown('market state', name);
}

export function marketStateName(number: number | null | undefined): MarketState {
  return MARKET_STATES[number ?? 0] ?? unknown('market state', number);
}

export function sideNumber(name: Side | undefined): number {
  return name === undefined ? 0 : name === 'buy' ? 1 : name === 'sell' ? 2 : unknown('side', name);
}

export function sideName(number: number | null | undefined): Side | undefined {
  if (number === null || number === undefined || number === 0) return undefined;
  return SIDES[number] ?? unknown('side', number);
}

export function intervalName(text: string | null | undefined): Interval {
  for (const interval of INTERVALS) if (interval === text) return interval;
  return unknown('interval', text);
}

function unknown(what: string, value: unknown): never {
  throw new WireError('unknown_value', `${String(value).slice(0, 40)} is no ${what} of this version`);
}
