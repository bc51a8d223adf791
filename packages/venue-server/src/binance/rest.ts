import { limits } from '../limits.ts';
import type { DepthSnapshot } from './library.ts';
import type { PlaySymbol } from './play-plan.ts';
import type { RestTrade } from './played-trades.ts';
import { assetsOf } from './symbol-name.ts';

export interface RestAnswer {
  readonly status: number;
  readonly body: string;
}

/** What the REST answers are made from. */
export interface RestVenue {
  /** By upper-case name. */
  readonly symbols: ReadonlyMap<string, PlaySymbol>;
  /** The book where the play is; undefined where the recording has no snapshot for it. */
  depth(symbol: PlaySymbol, levels: number): DepthSnapshot | undefined;
  /** Trades until there: the first from an id on, or the newest. */
  trades(symbol: PlaySymbol, fromId: number | undefined, limit: number): RestTrade[];
  /** Recorded time where the play is. */
  nowMs(): number;
}

export const DEPTH_PATH = '/api/v3/depth';

/** Answers a GET as the venue does; its error codes are from the venue's `errors.md`. */
export function answerRest(url: URL, venue: RestVenue): RestAnswer {
  switch (url.pathname) {
    case '/api/v3/ping':
      return ok({});
    case '/api/v3/time':
      return ok({ serverTime: venue.nowMs() });
    case '/api/v3/exchangeInfo':
      return exchangeInfo(url.searchParams, venue);
    case DEPTH_PATH:
      return depth(url.searchParams, venue);
    case '/api/v3/trades':
      return tradeList(url.searchParams, venue, false);
    case '/api/v3/historicalTrades':
      return tradeList(url.searchParams, venue, true);
    default:
      return refuse(
        404,
        -1000,
        `This server answers ping, time, exchangeInfo, depth, trades and historicalTrades below /api/v3, not ${url.pathname}.`,
      );
  }
}

function depth(query: URLSearchParams, venue: RestVenue): RestAnswer {
  const name = query.get('symbol');
  if (!name) return refuse(400, -1102, "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed.");
  const limit = query.get('limit') ?? String(limits.snapshotLevelsDefault);
  if (!/^\d{1,20}$/.test(limit)) {
    return refuse(400, -1100, "Illegal characters found in parameter 'limit'; legal range is '^[0-9]{1,20}$'.");
  }
  const symbol = venue.symbols.get(name);
  if (symbol === undefined) return invalidSymbol();
  const levels = Number(limit) === 0 ? limits.snapshotLevelsDefault : Math.min(Number(limit), limits.snapshotLevelsMax);
  const book = venue.depth(symbol, levels);
  if (book === undefined) {
    return refuse(
      503,
      -1001,
      `The recording has no depth snapshot of ${name} that its differences here follow; there is no book to answer.`,
    );
  }
  return ok(book);
}

function tradeList(query: URLSearchParams, venue: RestVenue, old: boolean): RestAnswer {
  const name = query.get('symbol');
  if (!name) return refuse(400, -1102, "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed.");
  const limit = query.get('limit') ?? String(limits.tradesDefault);
  const fromId = old ? query.get('fromId') : null;
  for (const [key, text] of [
    ['limit', limit],
    ['fromId', fromId ?? '0'],
  ] as const) {
    if (/^\d{1,15}$/.test(text)) continue;
    return refuse(400, -1100, `Illegal characters found in parameter '${key}'; legal range is '^[0-9]{1,20}$'.`);
  }
  const symbol = venue.symbols.get(name);
  if (symbol === undefined) return invalidSymbol();
  const count = Math.min(Math.max(1, Number(limit)), limits.tradesMax);
  return ok(venue.trades(symbol, fromId === null ? undefined : Number(fromId), count));
}

function exchangeInfo(query: URLSearchParams, venue: RestVenue): RestAnswer {
  const names = requestedSymbols(query);
  if (names === undefined) {
    return refuse(
      400,
      -1100,
      `Illegal characters found in parameter 'symbols'; expected a JSON array of names, at most ${limits.exchangeInfoSymbolsMax}.`,
    );
  }
  const symbols: PlaySymbol[] = [];
  for (const name of names ?? [...venue.symbols.keys()]) {
    const symbol = venue.symbols.get(name);
    if (symbol === undefined) return invalidSymbol();
    symbols.push(symbol);
  }
  return ok({
    timezone: 'UTC',
    serverTime: venue.nowMs(),
    rateLimits: [],
    exchangeFilters: [],
    symbols: symbols.map(symbolInfo),
  });
}

/** null: all. undefined: not readable. */
function requestedSymbols(query: URLSearchParams): string[] | null | undefined {
  const one = query.get('symbol');
  if (one !== null) return [one];
  const many = query.get('symbols');
  if (many === null) return null;
  try {
    const names: unknown = JSON.parse(many);
    if (!Array.isArray(names) || names.length > limits.exchangeInfoSymbolsMax) return undefined;
    return names.every((name) => typeof name === 'string') ? names : undefined;
  } catch {
    return undefined;
  }
}

/** Tick and lot size are the smallest that the recording's widest values need. */
function symbolInfo({ symbol, history }: PlaySymbol): unknown {
  const { base, quote } = assetsOf(symbol);
  const filters: unknown[] = [];
  if (history.priceDecimals !== undefined)
    filters.push({ filterType: 'PRICE_FILTER', tickSize: step(history.priceDecimals) });
  if (history.sizeDecimals !== undefined)
    filters.push({ filterType: 'LOT_SIZE', stepSize: step(history.sizeDecimals) });
  return { symbol, status: 'TRADING', baseAsset: base, quoteAsset: quote, isSpotTradingAllowed: true, filters };
}

/** The venue writes steps with eight decimals: `0.01000000`. */
function step(decimals: number): string {
  if (decimals === 0) return '1.00000000';
  return `0.${'1'.padStart(decimals, '0').padEnd(8, '0')}`;
}

function ok(body: unknown): RestAnswer {
  return { status: 200, body: JSON.stringify(body) };
}

function invalidSymbol(): RestAnswer {
  return refuse(400, -1121, 'Invalid symbol.');
}

function refuse(status: number, code: number, msg: string): RestAnswer {
  return { status, body: JSON.stringify({ code, msg }) };
}

/** The body of an error that was asked for as a fault. */
export function faultAnswer(status: number): RestAnswer {
  if (status === 429 || status === 418)
    return refuse(status, -1003, 'Too many requests; current limit is 6000 request weight per 1 MINUTE.');
  return refuse(status, -1001, 'Internal error; unable to process your request. Please try again.');
}
