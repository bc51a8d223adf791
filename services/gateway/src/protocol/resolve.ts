import type { Grant } from '@tapecast/access';
import { type Channel, parseInstrument } from '@tapecast/market';
import { parseChannel, type SubscriptionResult, type UnknownChannel } from '@tapecast/wire';
import type { Instruments, KnownInstrument } from '../subscriptions/instruments.ts';

/** A (symbol, channel) that exists. */
export interface Pair {
  known: KnownInstrument;
  channel: Channel;
}

/** What a client wrote, in its order: a pair each, or why it is none. Each pair once. */
export type Resolved = { pair: Pair } | { failed: SubscriptionResult };

type Fault = Pick<Required<SubscriptionResult>, 'code' | 'msg'>;

/** The canonical name of what a client means; aliases and case are accepted. Says nothing of what there is. */
function canonicalName(text: string): string | Fault {
  if (text.startsWith('*')) {
    return {
      code: 'not_supported',
      msg: `${text.slice(0, 20)} names a whole region, which this gateway does not offer yet. Name each symbol`,
    };
  }
  const name = parseInstrument(text);
  if ('error' in name) {
    return { code: 'unknown_symbol', msg: 'not a symbol. Expected SYMBOL$REGION, as in AAPL$US or BTCUSDT$BA' };
  }
  return name.instrument;
}

const unknown = (symbol: string): Fault => ({
  code: 'unknown_symbol',
  msg: `${symbol} is in no catalogue and no feed. GET /v1/instruments?q= lists what there is`,
});

export const forbidden = (symbol: string, channel: string): { code: 'forbidden'; msg: string } => ({
  code: 'forbidden',
  msg: `the token does not allow ${channel} of ${symbol}`,
});

/** The instrument that a client means, where the grant allows anything of it: else not even that there is one is told. */
export function resolveSymbol(
  instruments: Instruments,
  grant: Grant,
  text: string,
): KnownInstrument | (Fault & { symbol: string }) {
  const symbol = canonicalName(text);
  if (typeof symbol !== 'string') return { ...symbol, symbol: text.slice(0, SHOWN_MAX) };
  if (!grant.mayName(symbol)) return { ...forbidden(symbol, 'any channel'), symbol };
  return instruments.known(symbol) ?? { ...unknown(symbol), symbol };
}

/**
 * Symbols in their order, and each one's channels in theirs. The grant is asked for the canonical names before it is looked whether there
 * is such an instrument: no spelling gets round it, and `forbidden` tells nothing of what there is.
 */
export function resolvePairs(
  instruments: Instruments,
  grant: Grant,
  symbols: readonly string[],
  channels: readonly string[],
): Resolved[] {
  const resolved: Resolved[] = [];
  const seen = new Set<string>();
  const parsed = channels.map((text) => ({ text, channel: parseChannel(text) }));
  for (const text of symbols) {
    const symbol = canonicalName(text);
    const shownSymbol = typeof symbol === 'string' ? symbol : text.slice(0, SHOWN_MAX);
    for (const { text: channelText, channel } of parsed) {
      const shownChannel = typeof channel === 'string' ? channel : channelText.slice(0, SHOWN_MAX);
      const key = `${shownSymbol} ${shownChannel}`;
      if (seen.has(key)) continue;
      seen.add(key);
      const found = pairOf(instruments, grant, symbol, channel);
      resolved.push('known' in found ? { pair: found } : { failed: failure(shownSymbol, shownChannel, found) });
    }
  }
  return resolved;
}

/** One pair as a client wrote it; see `resolvePairs`. */
export function resolvePair(instruments: Instruments, grant: Grant, symbolText: string, channelText: string): Resolved {
  const [resolved] = resolvePairs(instruments, grant, [symbolText], [channelText]);
  return resolved as Resolved; // One for one.
}

function pairOf(
  instruments: Instruments,
  grant: Grant,
  symbol: string | Fault,
  channel: Channel | UnknownChannel,
): Pair | Fault {
  if (typeof symbol !== 'string') return symbol;
  const known = instruments.known(symbol);
  if (typeof channel !== 'string') return known === undefined && grant.mayName(symbol) ? unknown(symbol) : channel;
  if (!grant.mayRead(symbol, channel)) return forbidden(symbol, channel);
  return known === undefined ? unknown(symbol) : { known, channel };
}

/** Characters of an unknown name that an answer repeats. */
const SHOWN_MAX = 64;

export function failure(symbol: string, channel: string, why: Fault): SubscriptionResult {
  return { symbol, channel, ok: false, code: why.code, msg: why.msg };
}
