import { COUNTS_ALL, COUNTS_VOLUME, formatUnits } from '@tapecast/market';
import { describe, expect, inject, it } from 'vitest';
import type { ItickEvent } from '../../../src/venues/itick/messages.ts';
import { ItickNormaliser } from '../../../src/venues/itick/normalise.ts';
import { ItickSymbols, parseItickSymbols } from '../../../src/venues/itick/symbols.ts';
import { plainNumber, readFrame, type Said } from './frame-oracle.ts';
import { mutate, Random, SAMPLES } from './mutated-frames.ts';

const INSTRUMENTS = ['AAPL$US', 'EURUSD$GB', 'ETHUSDT$BA', '700$HK', 'IBM$US'];
const FRAMES = 100_000 / inject('fewerRuns');
/** Refused though the format allows them: what can't be exact or is past a bound. */
const BY_BOUND = new Set(['too_many_digits', 'out_of_range', 'too_deep']);

const plain = (units: number | bigint | undefined, decimals: number): string | undefined =>
  units === undefined ? undefined : plainNumber(formatUnits(units, decimals));

/** What was made of a frame, in the oracle's words. */
function made(event: ItickEvent): Said {
  if (event.type === 'bad') return { kind: 'wrong' };
  if (!('tick' in event)) return { kind: 'other' };
  const { body, instrument: name, exchangeTimeUs, priceDecimals, sizeDecimals } = event.tick;
  const timeMs = String((exchangeTimeUs ?? 0) / 1_000);
  switch (body.kind) {
    case 'trade': {
      const [session = ''] = body.conditions;
      expect(body.counts).toBe(session === '' ? COUNTS_ALL : COUNTS_VOLUME);
      return {
        kind: 'trade',
        name,
        price: plain(body.price, priceDecimals)!,
        size: plain(body.size, sizeDecimals)!,
        timeMs,
        side: body.side ?? 'none',
        session: { '': '0', 'pre-market': '1', 'after-hours': '2' }[session] ?? session.replace('session ', ''),
      };
    }
    case 'quote': {
      const values = {
        ld: plain(body.last, priceDecimals),
        o: plain(body.open, priceDecimals),
        h: plain(body.high, priceDecimals),
        l: plain(body.low, priceDecimals),
        p: plain(body.prevClose, priceDecimals),
        v: plain(body.volume, sizeDecimals),
        tu: plain(body.turnover, priceDecimals + sizeDecimals),
      };
      const status = event.type === 'quote' ? event.tradingStatus : undefined;
      return { kind: 'quote', name, values: known(values), timeMs, status: String(status ?? 'none') };
    }
    case 'bookSnapshot': {
      if (event.type !== 'depth') throw new Error('a book of no depth');
      const side = (flat: readonly number[]): string[] =>
        flat.flatMap((units, i) =>
          i % 2 === 0 ? [`${plain(units, priceDecimals)} x ${plain(flat[i + 1], sizeDecimals)}`] : [],
        );
      // Levels of size 0 are not in a book; the best one's price stands beside it.
      const { bid, ask } = event.top;
      const best = { bid: plain(bid, priceDecimals), ask: plain(ask, priceDecimals) };
      return {
        kind: 'depth',
        name,
        bids: [`best ${best.bid}`, ...side(body.bids)],
        asks: [`best ${best.ask}`, ...side(body.asks)],
      };
    }
    case 'bar': {
      const values = {
        o: plain(body.open, priceDecimals),
        h: plain(body.high, priceDecimals),
        l: plain(body.low, priceDecimals),
        c: plain(body.close, priceDecimals),
        v: plain(body.volume, sizeDecimals),
        tu: plain(body.turnover, priceDecimals + sizeDecimals),
      };
      return { kind: 'bar', name, interval: body.interval, values: known(values), startMs: String(body.startMs) };
    }
    default:
      throw new Error(`no frame gives a ${body.kind}`);
  }
}

const known = (values: Record<string, string | undefined>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).filter(([, text]) => text !== undefined)) as Record<string, string>;

/** The oracle's words in the form that a tick can have. */
function expected(said: Said, event: ItickEvent): Said {
  if (said.kind === 'depth') {
    const side = (levels: readonly string[]): string[] => [
      `best ${levels[0]?.split(' ')[0]}`,
      ...levels.filter((level) => !level.endsWith(' x 0')),
    ];
    return { ...said, bids: side(said.bids), asks: side(said.asks) };
  }
  if (said.kind !== 'quote' && said.kind !== 'bar') return said;
  // A sum with the noise of floating point is left out, and said to be.
  const values = { ...said.values };
  const told = made(event);
  if ('values' in told) {
    for (const key of ['v', 'tu']) {
      const text = values[key];
      if (text?.includes('.') && told.values[key] === undefined && text.replace(/^-?0?\.?0*|\./g, '').length > 10)
        delete values[key];
    }
  }
  return { ...said, values };
}

describe('frames of iTick', () => {
  const symbols = new ItickSymbols(parseItickSymbols(INSTRUMENTS).symbols);
  const normaliser = new ItickNormaliser(() => symbols);

  it('as documented are all taken, and say what the oracle reads', () => {
    for (const text of SAMPLES) {
      const frame = Buffer.from(text);
      const event = normaliser.normalise(frame);
      expect(event.type, text).not.toBe('bad');
      expect(made(event)).toEqual(expected(readFrame(frame, INSTRUMENTS), event));
    }
  });

  it(`${FRAMES} mutated ones: none throws, none gives a value that it does not have, each is counted`, () => {
    const seed = Date.now() % 1_000_000_007;
    const random = new Random(seed);
    const counts = { taken: 0, other: 0, refused: 0, byBound: 0 };
    for (let i = 0; i < FRAMES; i++) {
      const frame = mutate(random);
      const said = readFrame(frame, INSTRUMENTS);
      const event = normaliser.normalise(frame);
      const told = made(event);
      if (event.type === 'bad' && said.kind !== 'wrong' && BY_BOUND.has(event.reason)) {
        counts.byBound++;
        continue;
      }
      if (told.kind === 'wrong') counts.refused++;
      else if (told.kind === 'other') counts.other++;
      else counts.taken++;
      // toEqual is slow: only asked where the cheap look differs.
      const want = expected(said, event);
      if (JSON.stringify(told) !== JSON.stringify(want)) {
        expect(told, `seed ${seed}, frame ${i}: ${frame.toString('latin1')} ${JSON.stringify(event)}`).toEqual(want);
      }
    }
    expect(counts.taken + counts.other + counts.refused + counts.byBound).toBe(FRAMES);
    expect(counts.taken).toBeGreaterThan(FRAMES / 10);
    expect(counts.refused).toBeGreaterThan(FRAMES / 10);
    expect(counts.byBound).toBeGreaterThan(0);
  }, 60_000);
});
