import type { Channel } from '@tapecast/wire';
import type { Answer } from './requests.ts';
import type { Wanted } from './subscriptions.ts';

export interface SubscribeGroup {
  symbols: string[];
  channels: Channel[];
  intervalMs: number;
}

/** What one message may name; a pair is a symbol with a channel. */
export interface MessageBounds {
  symbols: number;
  pairs: number;
}

/**
 * As few messages as say the same: symbols with equal channels and interval go into one, as far as `bounds` allow. A message
 * means each of its symbols with each of its channels, so nothing is asked for that was not wanted.
 */
export function groupWanted(wanted: readonly Wanted[], bounds: MessageBounds): SubscribeGroup[] {
  const bySymbol = new Map<string, { symbol: string; intervalMs: number; channels: Channel[] }>();
  for (const { symbol, channel, intervalMs } of wanted) {
    const id = `${intervalMs} ${symbol}`;
    const entry = bySymbol.get(id);
    if (entry === undefined) bySymbol.set(id, { symbol, intervalMs, channels: [channel] });
    else entry.channels.push(channel);
  }
  const groups = new Map<string, SubscribeGroup>();
  const full: SubscribeGroup[] = [];
  for (const { symbol, intervalMs, channels } of bySymbol.values()) {
    channels.sort();
    const id = `${intervalMs} ${channels.join(' ')}`;
    let group = groups.get(id);
    const symbolsMax = Math.max(1, Math.min(bounds.symbols, Math.floor(bounds.pairs / channels.length)));
    if (group === undefined || group.symbols.length >= symbolsMax) {
      group = { symbols: [], channels, intervalMs };
      groups.set(id, group);
      full.push(group);
    }
    group.symbols.push(symbol);
  }
  return full;
}

/** A subscription that a gateway did not give again. */
export interface Refusal {
  symbol: string;
  channel: string;
  code: string;
  msg: string;
  /** Of an answer that says when to ask again. */
  retryAfterMs: number | undefined;
}

/** What an answer refuses of the symbols and channels that were asked for. */
export function refusals(answer: Answer, symbols: readonly string[], channels: readonly string[]): Refusal[] {
  if (answer.type === 'error') {
    const { code, msg } = answer;
    const retryAfterMs = answer.retryAfterMs ?? undefined;
    return symbols.flatMap((symbol) => channels.map((channel) => ({ symbol, channel, code, msg, retryAfterMs })));
  }
  if (answer.type === 'pong') return [];
  return (answer.results ?? [])
    .filter(({ ok }) => !ok)
    .map(({ symbol, channel, code = 'internal', msg = '' }) => ({
      symbol,
      channel,
      code,
      msg,
      retryAfterMs: undefined,
    }));
}
