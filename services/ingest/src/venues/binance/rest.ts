import { RateBudget } from '../../connection/rate-budget.ts';
import { IngestError, messageOf } from '../../errors.ts';
import { LIMITS } from '../../limits.ts';

/** Weight a minute of one address until the venue tells its own (spot docs, LIMITS; 6,000 since 2023). */
const WEIGHT_PER_MINUTE = 6_000;
/** Share of the weight that we use: others may call from the same address. */
const WEIGHT_SHARE = 0.8;
const EXCHANGE_INFO_WEIGHT = 20;
/** limit=5000, the deepest the venue gives. */
const DEPTH_WEIGHT = 250;
const DEPTH_LIMIT = 5_000;
/** ms to stay away when the venue says 429 or 418 without saying how long. */
const BANNED_MS = 60_000;

export interface RestOptions {
  baseUrl: string;
  nowMs: () => number;
  onOutcome: (outcome: 'ok' | 'refused' | 'unreachable' | 'rate_limited') => void;
}

/** The two REST calls we need, within the venue's request weight. Rejects with `IngestError` only. */
export class BinanceRest {
  readonly #options: RestOptions;
  /** Undefined: the venue sets no limit. */
  #budget: RateBudget | undefined;
  #bannedUntilMs = 0;

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

  async #get(path: string, weight: number, signal: AbortSignal): Promise<unknown> {
    const nowMs = this.#options.nowMs();
    const waitMs = Math.max(this.#bannedUntilMs - nowMs, 0) || (this.#budget?.take(weight, nowMs) ?? 0);
    if (waitMs > 0) {
      throw new IngestError('rate_limited', `${path} waits ${waitMs} ms for the venue's request weight`, {
        retryAfterMs: waitMs,
      });
    }
    const url = this.#options.baseUrl.replace(/\/+$/, '') + path;
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
      throw new IngestError('venue_unreachable', `${url}: ${messageOf(cause)}`, { cause: error });
    }
    if (!response.ok) throw this.#refused(response, url, text);
    this.#options.onOutcome('ok');
    try {
      return JSON.parse(text) as unknown;
    } catch (error) {
      throw new IngestError('bad_reply', `${url}: not JSON: ${text.slice(0, LIMITS.badFrameLogBytes)}`, {
        cause: error,
      });
    }
  }

  #refused(response: Response, url: string, text: string): IngestError {
    const message = `${url}: ${response.status} ${text.slice(0, LIMITS.badFrameLogBytes)}`;
    // 429: too much weight; 418: banned for having gone on after a 429. Both name seconds in Retry-After.
    if (response.status === 429 || response.status === 418) {
      const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
      const retryAfterMs = Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : BANNED_MS;
      this.#bannedUntilMs = this.#options.nowMs() + retryAfterMs;
      this.#options.onOutcome('rate_limited');
      return new IngestError('rate_limited', message, { retryAfterMs });
    }
    this.#options.onOutcome('refused');
    return new IngestError('venue_refused', message);
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
