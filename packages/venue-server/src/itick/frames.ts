import type { ItickEntry } from './play-plan.ts';

/** How a symbol is spelt in a frame (1.5, `s`): as documented, or as seen elsewhere. */
export const SPELLINGS = ['lower', 'dollar', 'dot', 'underscore', 'no-region'] as const;
export type Spelling = (typeof SPELLINGS)[number];

/** How one frame is written and sent; what is left out is as documented. */
export interface FrameStyle {
  readonly spelling?: Spelling;
  /** Numbers as JSON strings. */
  readonly strings?: boolean;
  /** `t` is 0. */
  readonly zeroTime?: boolean;
  /** So many levels a side of a depth, not in order; `po` tells it. The best ones are the recording's. */
  readonly unsortedLevels?: number;
  /** `te`, the session of a trade. */
  readonly session?: number;
  /** The text stops in the middle, though the frame is whole. */
  readonly truncated?: boolean;
  /** Sent as two WebSocket fragments. */
  readonly fragments?: boolean;
  /** Half of its bytes are sent, then the connection is cut. */
  readonly cutMidway?: boolean;
}

/**
 * A market message (1.5): one object a frame, numbers as JSON numbers, `t` in Unix ms. A trade has no `te`: the recording does
 * not tell sessions. A depth has no documented time.
 */
export function frameText(entry: ItickEntry, style: FrameStyle): string {
  const text = `{"code":1,"data":{${names(entry, style)},${body(entry, style)},"type":"${entry.type}"}}`;
  return style.truncated === true ? text.slice(0, text.length >> 1) : text;
}

function names({ instrument: { symbol, region } }: ItickEntry, { spelling }: FrameStyle): string {
  switch (spelling) {
    case 'lower':
      return `"s":"${symbol.toLowerCase()}","r":"${region}"`;
    case 'dollar':
      return `"s":"${symbol}$${region}","r":"${region}"`;
    case 'dot':
      return `"s":"${symbol}.${region}","r":"${region}"`;
    case 'underscore':
      return `"s":"${symbol.slice(0, 1)}_${symbol.slice(1)}","r":"${region}"`;
    case 'no-region':
      return `"s":"${symbol}"`;
    default:
      return `"s":"${symbol}","r":"${region}"`;
  }
}

function body(entry: ItickEntry, style: FrameStyle): string {
  const number = (text: string): string => (style.strings === true ? `"${text}"` : text);
  if (entry.type === 'tick') {
    const timeMs = style.zeroTime === true ? 0 : Math.floor(entry.timeUs / 1000);
    const session = style.session === undefined ? '' : `,"te":${style.session}`;
    return `"ld":${number(entry.price)},"v":${number(entry.size)},"t":${number(String(timeMs))}${session}`;
  }
  const side = (price: string, size: string, away: number): string => {
    const levels = Array.from({ length: style.unsortedLevels ?? 1 }, (_, place) => {
      const at = place === 0 ? price : awayFrom(price, away * place);
      return `{"po":${place + 1},"p":${number(at)},"v":${number(size)},"o":${number('1')}}`;
    });
    // 2, 4, 1, 3, 5: neither the best first nor the best last.
    return [...levels.filter((_, place) => place % 2 === 1), ...levels.filter((_, place) => place % 2 === 0)].join();
  };
  return `"a":[${side(entry.ask, entry.askSize, 1)}],"b":[${side(entry.bid, entry.bidSize, -1)}]`;
}

/** `cents` hundredths away from the price, exactly. */
function awayFrom(price: string, cents: number): string {
  const [whole = '0', fraction = ''] = price.split('.');
  const decimals = Math.max(2, fraction.length);
  const units = BigInt(whole + fraction.padEnd(decimals, '0')) + BigInt(cents) * 10n ** BigInt(decimals - 2);
  const digits = String(units < 0n ? 0n : units).padStart(decimals + 1, '0');
  return `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

/** The three shapes in which k-lines come (1.5, kline envelope): documented old, documented new, seen live. */
export const KLINE_SHAPES = ['nested', 'flat', 'bare'] as const;
export type KlineShape = (typeof KLINE_SHAPES)[number];

export interface KlineValues {
  /** Start of the bar, Unix ms. */
  readonly t: number;
  readonly o: number;
  readonly h: number;
  readonly l: number;
  readonly c: number;
  readonly v: number;
  readonly tu: number;
}

/** A k-line of period code `period` (1.3: 1 is a minute). */
export function klineText(shape: KlineShape, name: string, period: number, bar: KlineValues): string {
  const [symbol = name, region = 'US'] = name.split('$');
  const values = `"tu":${bar.tu},"c":${bar.c},"t":${bar.t},"v":${bar.v},"h":${bar.h},"l":${bar.l},"o":${bar.o}`;
  switch (shape) {
    case 'nested':
      return `{"code":0,"msg":null,"data":{"s":"${symbol}.${region}","t":${period},"k":{${values}}}}`;
    case 'flat':
      return `{"code":1,"data":{${values},"type":"kline@${period}","s":"${symbol}","r":"${region}"}}`;
    case 'bare':
      return `{${values},"s":"${symbol.toLowerCase()}","type":"kline@${period}"}`;
  }
}
