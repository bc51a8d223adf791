import { type Channel, parseInstrument } from '@tapecast/market';
import { parseChannel, type SubscriptionResult } from '@tapecast/wire';
import type { Instruments, KnownInstrument } from '../subscriptions/instruments.ts';

/** A (symbol, channel) that exists. */
export interface Pair {
  known: KnownInstrument;
  channel: Channel;
}

/** What a client wrote, in its order: a pair each, or why it is none. Each pair once. */
export type Resolved = { pair: Pair } | { failed: SubscriptionResult };

/** The instrument that a client means; aliases and case are accepted. */
export function resolveSymbol(
  instruments: Instruments,
  text: string,
): KnownInstrument | { code: 'unknown_symbol' | 'not_supported'; msg: string } {
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
  return (
    instruments.known(name.instrument) ?? {
      code: 'unknown_symbol',
      msg: `${name.instrument} is in no catalogue and no feed. GET /v1/instruments?q= lists what there is`,
    }
  );
}

/** Symbols in their order, and each one's channels in theirs. */
export function resolvePairs(
  instruments: Instruments,
  symbols: readonly string[],
  channels: readonly string[],
): Resolved[] {
  const resolved: Resolved[] = [];
  const seen = new Set<string>();
  const parsed = channels.map((text) => ({ text, channel: parseChannel(text) }));
  for (const symbol of symbols) {
    const known = resolveSymbol(instruments, symbol);
    for (const { text, channel } of parsed) {
      const shownSymbol = 'code' in known ? symbol.slice(0, SHOWN_MAX) : known.symbol;
      const shownChannel = typeof channel === 'string' ? channel : text.slice(0, SHOWN_MAX);
      const key = `${shownSymbol} ${shownChannel}`;
      if (seen.has(key)) continue;
      seen.add(key);
      if ('code' in known) resolved.push({ failed: failure(shownSymbol, shownChannel, known) });
      else if (typeof channel !== 'string') resolved.push({ failed: failure(shownSymbol, shownChannel, channel) });
      else resolved.push({ pair: { known, channel } });
    }
  }
  return resolved;
}

/** Characters of an unknown name that an answer repeats. */
const SHOWN_MAX = 64;

export function failure(
  symbol: string,
  channel: string,
  why: Pick<Required<SubscriptionResult>, 'code' | 'msg'>,
): SubscriptionResult {
  return { symbol, channel, ok: false, code: why.code, msg: why.msg };
}
