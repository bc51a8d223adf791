import { parseInstrument, regionOf } from '@tapecast/market';

/** What the venue has a socket each for. */
export const ASSET_CLASSES = ['stock', 'forex', 'indices', 'crypto', 'future', 'fund'] as const;
export type AssetClass = (typeof ASSET_CLASSES)[number];

/** Regions whose instruments are no stocks unless a prefix says so. */
const CLASS_OF_REGION: Readonly<Record<string, AssetClass>> = { BA: 'crypto', GB: 'forex' };

/** One followed instrument. */
export interface ItickSymbol {
  /** As in the log and as the venue is asked for it: `AAPL$US`, `RELIANCE$NSE$IN`. */
  instrument: string;
  assetClass: AssetClass;
}

/** Reads one entry of `--symbols`: `AAPL$US`, `600519.SH`, `indices:SPX$GB`. Returns what is wrong with it as a sentence. */
export function parseItickSymbol(text: string): ItickSymbol | { readonly error: string } {
  const colon = text.indexOf(':');
  const prefix = colon < 0 ? undefined : text.slice(0, colon).toLowerCase();
  const named = ASSET_CLASSES.find((assetClass) => assetClass === prefix);
  if (prefix !== undefined && named === undefined) {
    return { error: `'${text}': '${prefix}' is no asset class; there are ${ASSET_CLASSES.join(', ')}` };
  }
  const parsed = parseInstrument(text.slice(colon + 1));
  if ('error' in parsed) {
    return {
      error: `'${text}' is no instrument (${parsed.error}); expected SYMBOL$REGION such as AAPL$US, 700$HK, EURUSD$GB or indices:SPX$GB`,
    };
  }
  const { instrument } = parsed;
  return { instrument, assetClass: named ?? CLASS_OF_REGION[regionOf(instrument)] ?? 'stock' };
}

/** Reads all of `--symbols`. A name that comes twice is one; under two classes it is a fault. */
export function parseItickSymbols(texts: readonly string[]): { symbols: ItickSymbol[]; faults: string[] } {
  const symbols = new Map<string, ItickSymbol>();
  const faults: string[] = [];
  for (const text of texts) {
    const symbol = parseItickSymbol(text);
    if ('error' in symbol) {
      faults.push(symbol.error);
      continue;
    }
    const known = symbols.get(symbol.instrument);
    if (known !== undefined && known.assetClass !== symbol.assetClass) {
      faults.push(`'${symbol.instrument}' is asked for both as ${known.assetClass} and as ${symbol.assetClass}`);
    }
    symbols.set(symbol.instrument, symbol);
  }
  return { symbols: [...symbols.values()], faults };
}

/** Spellings learned of each symbol, for the lookup by bytes. More (a venue that varies case without end) are resolved each time. */
const SPELLINGS_PER_SYMBOL = 8;

interface Spelling {
  bytes: Uint8Array;
  /** Bytes of it that are the symbol; the rest is the region. */
  symbolLength: number;
  symbol: ItickSymbol;
  next: Spelling | undefined;
}

/**
 * The instruments of a connection by the names that frames give them. The venue writes `AAPL` with `r` `US`, and also `AAPL.US`,
 * `EURUSD$GB`, `ETH_USDT`, `eurusd`, and leaves `r` out: compared are ASCII letters in any case, without `_`, and without
 * the region where the name carries it.
 */
export class ItickSymbols {
  /** By spelling without region; undefined where two instruments share it. */
  readonly #bare = new Map<string, ItickSymbol | undefined>();
  /** By `spelling region`. */
  readonly #full = new Map<string, ItickSymbol | undefined>();
  readonly #learned = new Map<number, Spelling>();
  readonly all: readonly ItickSymbol[];
  #room: number;

  constructor(symbols: readonly ItickSymbol[]) {
    this.all = [...symbols];
    this.#room = SPELLINGS_PER_SYMBOL * symbols.length;
    for (const symbol of symbols) this.#add(symbol);
  }

  #add(symbol: ItickSymbol): void {
    const parts = symbol.instrument.split('$');
    const region = parts.at(-1)!;
    const exchange = parts.length === 3 ? parts[1]! : undefined;
    const name = spelled(parts[0]!);
    put(this.#bare, name, symbol);
    // With an exchange, the name may carry that alone or with the region, and `r` may be either.
    const owners = exchange === undefined ? [region] : [region, exchange, `${exchange}$${region}`];
    for (const owner of owners) {
      put(this.#full, `${name} ${owner}`, symbol);
      for (const suffixed of [`${name}$${owner}`, `${name}.${owner}`]) {
        put(this.#bare, suffixed, symbol);
        put(this.#full, `${suffixed} ${region}`, symbol);
        if (exchange !== undefined) put(this.#full, `${suffixed} ${exchange}`, symbol);
      }
    }
  }

  /** `region` undefined: the frame names none. */
  resolve(name: string, region: string | undefined): ItickSymbol | 'unknown_symbol' | 'ambiguous_symbol' {
    const key = region === undefined ? spelled(name) : `${spelled(name)} ${upper(region)}`;
    const found = region === undefined ? this.#bare : this.#full;
    return found.get(key) ?? (found.has(key) ? 'ambiguous_symbol' : 'unknown_symbol');
  }

  /** The same by the frame's bytes, without making text; undefined where that spelling was not seen yet. `[from, to)`; an empty region is none. */
  resolveBytes(
    frame: Uint8Array,
    from: number,
    to: number,
    regionFrom: number,
    regionTo: number,
  ): ItickSymbol | undefined {
    let spelling = this.#learned.get(hash(frame, from, to, regionFrom, regionTo));
    for (; spelling !== undefined; spelling = spelling.next) {
      if (spelling.symbolLength === to - from && isSpelled(spelling, frame, from, to, regionFrom, regionTo)) {
        return spelling.symbol;
      }
    }
    return undefined;
  }

  /** Remembers how a frame spelled this symbol. */
  learn(symbol: ItickSymbol, frame: Uint8Array, from: number, to: number, regionFrom: number, regionTo: number): void {
    if (this.#room === 0) return;
    this.#room--;
    const bytes = new Uint8Array(to - from + regionTo - regionFrom);
    bytes.set(frame.subarray(from, to));
    bytes.set(frame.subarray(regionFrom, regionTo), to - from);
    const key = hash(frame, from, to, regionFrom, regionTo);
    this.#learned.set(key, { bytes, symbolLength: to - from, symbol, next: this.#learned.get(key) });
  }
}

function put(map: Map<string, ItickSymbol | undefined>, key: string, symbol: ItickSymbol): void {
  map.set(key, map.has(key) && map.get(key) !== symbol ? undefined : symbol);
}

/** ASCII only: `ſ` in a damaged frame must not become an S. */
const upper = (text: string): string => text.replace(/[a-z]+/g, (letters) => letters.toUpperCase());
const spelled = (name: string): string => upper(name).replaceAll('_', '');

/** FNV-1a over both names. */
function hash(frame: Uint8Array, from: number, to: number, regionFrom: number, regionTo: number): number {
  let sum = 0x811c9dc5;
  for (let i = from; i < to; i++) sum = Math.imul(sum ^ frame[i]!, 0x01000193);
  for (let i = regionFrom; i < regionTo; i++) sum = Math.imul(sum ^ frame[i]!, 0x01000193);
  return sum;
}

function isSpelled(
  { bytes, symbolLength }: Spelling,
  frame: Uint8Array,
  from: number,
  to: number,
  regionFrom: number,
  regionTo: number,
): boolean {
  if (bytes.length !== to - from + regionTo - regionFrom) return false;
  for (let i = from; i < to; i++) if (bytes[i - from] !== frame[i]) return false;
  for (let i = regionFrom; i < regionTo; i++) if (bytes[symbolLength + i - regionFrom] !== frame[i]) return false;
  return true;
}
