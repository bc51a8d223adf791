import { CHANNELS, type Channel, type Interval, type Sequence } from '@tapecast/market';
import { quoted } from './quoted.ts';

export interface UnknownChannel {
  code: 'unknown_channel';
  msg: string;
}

export type DepthLevels = 5 | 20 | 50;

/** Other spellings that clients of other services use. */
const ALIASES: Readonly<Record<string, Channel>> = {
  trades: 'trade',
  tick: 'trade',
  quotes: 'quote',
  depth: 'depth@20',
  // A bare number is iTick's code of the interval.
  'kline@1': 'kline@1m',
  'kline@2': 'kline@5m',
  'kline@3': 'kline@15m',
  'kline@4': 'kline@30m',
  'kline@5': 'kline@1h',
  'kline@8': 'kline@1d',
};

const SPELLINGS: ReadonlyMap<string, Channel> = new Map([
  ...CHANNELS.map((channel) => [channel, channel] as const),
  ...Object.entries(ALIASES),
]);

const PRIVATE_CHANNELS: readonly string[] = ['portfolio', 'orders', 'commissions', 'network', 'exposure'];

/** The canonical channel of what a client wrote, aliases included; else why it is none. */
export function parseChannel(text: string): Channel | UnknownChannel {
  const channel = SPELLINGS.get(text);
  if (channel !== undefined) return channel;
  return { code: 'unknown_channel', msg: whyNot(text) };
}

function whyNot(text: string): string {
  if (PRIVATE_CHANNELS.includes(text)) {
    return `${text} is a private channel, which this gateway does not offer. Subscribe one of ${CHANNELS.join(', ')}`;
  }
  if (text === 'kline' || text.startsWith('kline@')) {
    return `${quoted(text)} names no interval. Expected kline@ with 1m, 5m, 15m, 30m, 1h or 1d, or iTick's 1, 2, 3, 4, 5 or 8`;
  }
  if (text.startsWith('depth@')) return `${quoted(text)} is no depth. Expected depth@5, depth@20 or depth@50`;
  return `${quoted(text)} is no channel. Expected one of ${CHANNELS.join(', ')}`;
}

/** The numbered sequence of the log that a channel is cut from. */
export function sequenceOf(channel: Channel): Sequence {
  return channel === 'depth@5' || channel === 'depth@20' || channel === 'depth@50' ? 'depth' : channel;
}

/** Levels a side of a depth channel; undefined of any other. */
export function depthOf(channel: Channel): DepthLevels | undefined {
  switch (channel) {
    case 'depth@5':
      return 5;
    case 'depth@20':
      return 20;
    case 'depth@50':
      return 50;
    default:
      return undefined;
  }
}

/** The interval of a k-line channel; undefined of any other. */
export function intervalOf(channel: Channel): Interval | undefined {
  return channel.startsWith('kline@') ? (channel.slice('kline@'.length) as Interval) : undefined; // CHANNELS has no other k-lines.
}
