import type { CircuitBreaker } from '@tapecast/service-kit';
import { RateBudget } from '../../connection/rate-budget.ts';
import { IngestError, messageOf } from '../../errors.ts';
import { LIMITS } from '../../limits.ts';
import { TRADES_PER_CALL } from './missed-trades.ts';
import { refusalOf, retryAfterMsOf } from './refusals.ts';

/** Weight a minute of one address until the venue tells its own (spot docs, LIMITS; 6,000 since 2023). */
const WEIGHT_PER_MINUTE = 6_000;
/** Share of the weight that we use: others may call from the same address. */
const WEIGHT_SHARE = 0.8;
const EXCHANGE_INFO_WEIGHT = 20;
/** limit=5000, the deepest the venue gives. */
const DEPTH_WEIGHT = 250;
const DEPTH_LIMIT = 5_000;
const TRADES_WEIGHT = 25;

export interface RestOptions {
  baseUrl: string;
  nowMs: () => number;
  /** Nothing is asked while it is open; without it each call is made. */
  circuit?: CircuitBreaker | undefined;
  onOutcome: (outcome: 'ok' | 'refused' | 'unreachable' | 'rate_limited') => void;
}

/** The REST calls we need, within the venue's request weight. Rejects with `IngestError` only. */
export class BinanceRest {
  readonly #options: RestOptions;
  /** Undefined: the venue sets no limit. */
  #budget: RateBudget | undefined;
  /** The venue asked us to stay away: until when, and its words. */
  #away = { untilMs: 0, why: '' };

  constructor(options: RestOptions) {
    this.#options = options;
    this.#budget = new RateBudget(WEIGHT_PER_MINUTE * WEIGHT_SHARE, 60_000, options.nowMs());
  }

  /** The venue's own limit, from `exchangeInfo.rateLimits`; Infinity for none. */
  setWeightPerMinute(weight: number): void {
    if (weight === Number.POSITIVE_INFINITY) this.#budget = undefined;
    else this.#budget?.resize(weight * WEIGHT_SHARE, 60_000);
  }

  /** All pairs, or those named; the venue refuses the whole call (400) when it does not know one of them. */
  exchangeInfo(symbols: readonly string[] | undefined, signal: AbortSignal): Promise<unknown> {
    const query = symbols === undefined ? '' : `?symbols=${encodeURIComponent(JSON.stringify(symbols))}`;
    return this.#get(`/api/v3/exchangeInfo${query}`, EXCHANGE_INFO_WEIGHT, signal);
  }

  depth(symbol: string, signal: AbortSignal): Promise<unknown> {
    return this.#get(`/api/v3/depth?symbol=${encodeURIComponent(symbol)}&limit=${DEPTH_LIMIT}`, DEPTH_WEIGHT, signal);
  }

  /** Trades from this id on, ascending. */
  historicalTrades(symbol: string, fromId: number, signal: AbortSignal): Promise<unknown> {
    const query = `symbol=${encodeURIComponent(symbol)}&fromId=${fromId}&limit=${TRADES_PER_CALL}`;
    return this.#get(`/api/v3/historicalTrades?${query}`, TRADES_WEIGHT, signal);
  }

  async #get(path: string, weight: number, signal: AbortSignal): Promise<unknown> {
    const nowMs = this.#options.nowMs();
    const awayMs = this.#away.untilMs - nowMs;
    if (awayMs > 0) throw new IngestError('rate_limited', this.#away.why, { retryAfterMs: awayMs });
    const { circuit } = this.#options;
    const closedMs = circuit?.waitMs ?? 0;
    if (circuit !== undefined && closedMs > 0) {
      circuit.refused++;
      const text = `${this.#base} did not answer the last times; it is asked again in ${Math.ceil(closedMs)} ms`;
      throw new IngestError('venue_unreachable', text, { retryAfterMs: closedMs });
    }
    const waitMs = this.#budget?.take(weight, nowMs) ?? 0;
    const name = path.replace(/\?.*/, '');
    if (waitMs > 0) {
      throw new IngestError('rate_limited', `${name} waits ${waitMs} ms for the venue's request weight`, {
        retryAfterMs: waitMs,
      });
    }
    const call = (): Promise<unknown> => this.#fetch(path, name, signal);
    if (circuit === undefined) return call();
    try {
      return await circuit.run(call);
    } catch (error) {
      // It answered, and said when to come again.
      if (error instanceof IngestError && error.code === 'rate_limited') circuit.openFor(error.retryAfterMs ?? 0);
      throw error;
    }
  }

  get #base(): string {
    return this.#options.baseUrl.replace(/\/+$/, '');
  }

  async #fetch(path: string, name: string, signal: AbortSignal): Promise<unknown> {
    const base = this.#base;
    const url = base + path;
    const shown = base + name;
    let response: Response;
    let text: string;
    try {
      response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(LIMITS.restMsMax)]) });
      text = await readBounded(response, LIMITS.restBytesMax);
    } catch (error) {
      if (error instanceof IngestError) throw error;
      this.#options.onOutcome('unreachable');
      // `fetch` says only "fetch failed"; what happened is its cause.
      const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
      const text = `${base} can't be reached (${messageOf(cause)}): check the network, its DNS and --binance-rest`;
      throw new IngestError('venue_unreachable', text, { cause: error });
    }
    if (!response.ok) throw this.#refused(response, shown, text);
    this.#options.onOutcome('ok');
    try {
      return JSON.parse(text) as unknown;
    } catch (error) {
      throw new IngestError('bad_reply', `${shown}: not JSON: ${text.slice(0, LIMITS.badFrameLogBytes)}`, {
        cause: error,
      });
    }
  }

  #refused(response: Response, url: string, text: string): IngestError {
    const { status } = response;
    const said = text.slice(0, LIMITS.badFrameLogBytes);
    const refusal = refusalOf(status);
    if (refusal === undefined) {
      this.#options.onOutcome('refused');
      return new IngestError('venue_refused', `${url}: ${status} ${said}`, { status });
    }
    // Whatever is asked next would get the same answer, and a longer ban.
    const retryAfterMs = retryAfterMsOf(response.headers.get('retry-after')) ?? LIMITS.refusedAddressWaitMs;
    const why = `${url} answered ${status}: ${refusal}; asked again in ${Math.ceil(retryAfterMs / 1_000)} s. ${said}`;
    this.#away = { untilMs: this.#options.nowMs() + retryAfterMs, why };
    this.#options.onOutcome('rate_limited');
    return new IngestError('rate_limited', why.trim(), { retryAfterMs });
  }
}

async function readBounded(response: Response, bytesMax: number): Promise<string> {
  const decoder = new TextDecoder();
  const parts: string[] = [];
  let bytes = 0;
  if (response.body === null) return '';
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > bytesMax) throw new IngestError('bad_reply', `${response.url}: more than ${bytesMax} bytes`);
    parts.push(decoder.decode(chunk, { stream: true }));
  }
  parts.push(decoder.decode());
  return parts.join('');
}
