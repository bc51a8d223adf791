import type { ClientEvents } from '@tapecast/client';

/** Events that are data, one line each on stdout. */
export const DATA_EVENTS = ['trade', 'quote', 'depth', 'kline'] as const;
/** Events that say what happened, one line each on stderr. */
export const OTHER_EVENTS = [
  'state',
  'resumed',
  'gap',
  'status',
  'merged',
  'degraded',
  'notice',
  'rejected',
  'authFailed',
  'fault',
] as const;

type Told = (typeof DATA_EVENTS)[number] | (typeof OTHER_EVENTS)[number];
type Texts = { [K in Told]: (event: ClientEvents[K]) => string };

const LEVELS_SHOWN = 3;

/** Each event in words. What is unknown is `-`. */
const TEXTS: Texts = {
  trade: ({ symbol, price, size, side, id, number, history, timestamp }) =>
    `${time(timestamp)} trade ${symbol} ${price} x ${size} ${side ?? '-'} id=${id ?? '-'} number=${number ?? '-'}${history ? ' history' : ''}`,
  quote: ({ symbol, last, bid, bidSize, ask, askSize, changePct, volume, range, timestamp }) =>
    `${time(timestamp)} quote ${symbol} last=${last ?? '-'} bid=${bid ?? '-'}x${bidSize ?? '-'} ask=${ask ?? '-'}x${askSize ?? '-'} change=${changePct ?? '-'}% volume=${volume ?? '-'} ${rangeText(range)}`,
  depth: ({ symbol, channel, book, range, timestamp }) =>
    `${time(timestamp)} ${channel} ${symbol} bids ${levels(book.bids(LEVELS_SHOWN))} asks ${levels(book.asks(LEVELS_SHOWN))} ${rangeText(range)}`,
  kline: ({ symbol, channel, start, open, high, low, close, volume, trades, final, range }) =>
    `${time(start)} ${channel} ${symbol} open=${open} high=${high} low=${low} close=${close} volume=${volume} trades=${trades}${final ? ' final' : ''} ${rangeText(range)}`,
  state: ({ state, code, reason, retryInMs }) =>
    `${state}${code === undefined ? '' : ` (${code} ${reason})`}${retryInMs === undefined ? '' : `, next try in ${retryInMs} ms`}`,
  resumed: ({ moved, awayMs, continued, anew, holes }) =>
    `${moved ? 'moved without a break' : `back after ${awayMs} ms`}: trades of ${continued} go on, ${anew} states anew, ${holes} with a hole`,
  gap: ({ symbol, channel, lost, reason }) =>
    `missing: ${symbol ?? 'any symbol'} ${channel ?? ''}${lost === undefined ? '' : ` ${lost[0]} to ${lost[1]}`} (${reason})`,
  status: ({ symbol, state, reason }) => `${symbol} is ${state}${reason === '' ? '' : `: ${reason}`}`,
  merged: ({ merged }) => (merged ? 'read too slowly: updates are merged' : 'everything comes as it happens'),
  degraded: ({ level, intervalMs }) =>
    `level ${level}${intervalMs === undefined ? '' : `, every ${intervalMs} ms at most`}`,
  notice: ({ code, msg }) => `${code}: ${msg}`,
  rejected: ({ symbol, channel, code, msg }) => `${symbol} ${channel} (${code}): ${msg}`,
  authFailed: ({ code, msg }) => `${code}: ${msg}`,
  fault: ({ error }) => error.message,
};

/** One line, without its end. */
export function textLine<K extends Told>(name: K, event: ClientEvents[K]): string {
  return TEXTS[name](event);
}

/** The event as it is, with its name; a book as its levels, an error as its message. */
export function jsonLine<K extends Told>(name: K, event: ClientEvents[K]): string {
  return JSON.stringify({ event: name, ...event }, (key, value: unknown) => {
    if (key === 'book') return undefined;
    return value instanceof Error ? value.message : value;
  });
}

const time = (timestamp: number): string => new Date(timestamp).toISOString().slice(11, 23);
const rangeText = (range: readonly [number, number] | undefined): string =>
  range === undefined ? '' : `[${range[0]},${range[1]}]`;
const levels = (side: readonly (readonly [string, string])[]): string =>
  side.length === 0 ? '-' : side.map(([price, size]) => `${price}x${size}`).join(' ');
