import type { RecordingEnd } from './lines.ts';
import type { Unpacked } from './unpack.ts';

/** A trade in Alpaca's own keys. `t` is RFC 3339 with up to nanoseconds: text, because it does not fit a number. */
export interface AlpacaTrade {
  readonly t: string;
  readonly x: string;
  readonly p: number;
  readonly s: number;
  readonly c: readonly string[];
  readonly i: number;
  readonly z: string;
}

export interface AlpacaTradesRecording {
  readonly format: 'alpaca-trades';
  readonly trades: readonly { readonly symbol: string; readonly trade: AlpacaTrade }[];
  readonly end: RecordingEnd;
}

const HEAD = /^\s*\{\s*"trades"\s*:\s*\{/;
/** A trade has no nested object, so a cut document's complete trades can be read one by one. */
const SYMBOL_OR_TRADE = /"([^"]+)"\s*:\s*\[(?=\s*\{)|\{[^{}]*\}/g;

export function isAlpacaTrades(start: string): boolean {
  return HEAD.test(start);
}

/** Alpaca's REST answer of historical trades: one JSON document. */
export function readAlpacaTrades(unpacked: Unpacked): AlpacaTradesRecording {
  const text = unpacked.data.toString('utf8');
  const head = HEAD.exec(text)?.[0].length ?? 0;
  const trades: { symbol: string; trade: AlpacaTrade }[] = [];
  let symbol = '';
  let readTo = head;
  for (const match of text.slice(head).matchAll(SYMBOL_OR_TRADE)) {
    if (match[1] !== undefined) symbol = match[1];
    else trades.push({ symbol, trade: JSON.parse(match[0]) as AlpacaTrade });
    readTo = head + match.index + match[0].length;
  }
  return { format: 'alpaca-trades', trades, end: documentEnd(text, unpacked.cut, readTo) };
}

function documentEnd(text: string, cut: string | undefined, readTo: number): RecordingEnd {
  let reason = cut;
  try {
    JSON.parse(text);
  } catch (error) {
    reason ??= error instanceof Error ? error.message : String(error);
  }
  if (reason === undefined) return { kind: 'complete' };
  return { kind: 'truncated', reason, line: 1, byte: Buffer.byteLength(text.slice(0, readTo)) };
}
