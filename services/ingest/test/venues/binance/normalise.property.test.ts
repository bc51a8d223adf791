import fc from 'fast-check';
import { describe, expect, inject, it } from 'vitest';
import {
  type BinanceSymbol,
  STREAM_KINDS,
  type StreamRoute,
  streamName,
} from '../../../src/venues/binance/messages.ts';
import { normaliseFrame } from '../../../src/venues/binance/normalise.ts';
import { decimalText, shortest } from '../../ingest-harness.ts';
import { BTCUSDT_PAIR, recordedFrames, recordingsMissing } from '../../recordings.ts';

const BTC: BinanceSymbol = { symbol: 'BTCUSDT', instrument: 'BTCUSDT$BA', name: '', priceDecimals: 2, sizeDecimals: 5 };
const routes = new Map<string, StreamRoute>(
  STREAM_KINDS.map((kind) => [streamName('BTCUSDT', kind), { kind, symbol: BTC }]),
);

type Json = { stream: string; data: Record<string, unknown> };

/** What a frame says, by the venue's words: texts of its numbers, in order. */
function wordsOf(text: string): string[] {
  const { data } = JSON.parse(text) as Json;
  const words =
    data.e === 'trade'
      ? [data.p, data.q]
      : data.e === 'depthUpdate'
        ? [data.b, data.a].flat(2)
        : [data.b, data.B, data.a, data.A];
  return (words as string[]).map((word) => shortest(word));
}

/** The same from what was made of it. */
function wordsMade(event: ReturnType<typeof normaliseFrame>): string[] | undefined {
  if (event.type !== 'trade' && event.type !== 'quote' && event.type !== 'diff') return undefined;
  const { body, priceDecimals, sizeDecimals } = event.tick;
  const price = (units: number | undefined): string => decimalText(units ?? 0, priceDecimals);
  const size = (units: number | undefined): string => decimalText(units ?? 0, sizeDecimals);
  const levels = (flat: readonly number[]): string[] =>
    flat.map((units, i) => (i % 2 === 0 ? price(units) : size(units)));
  switch (body.kind) {
    case 'trade':
      return [price(body.price), size(body.size)].map(shortest);
    case 'quote':
      return [price(body.bid), size(body.bidSize), price(body.ask), size(body.askSize)].map(shortest);
    case 'bookDelta':
      return [...levels(body.bids), ...levels(body.asks)].map(shortest);
    default:
      return undefined;
  }
}

/** Replaces, inserts, removes or repeats a piece somewhere. */
function mutate(text: string, kind: number, at: number, length: number, piece: string): string {
  const from = at % (text.length + 1);
  const to = Math.min(text.length, from + length);
  switch (kind) {
    case 0:
      return text.slice(0, from) + piece + text.slice(to);
    case 1:
      return text.slice(0, from) + piece + text.slice(from);
    case 2:
      return text.slice(0, from) + text.slice(to);
    case 3:
      return text.slice(0, to) + text.slice(from);
    default:
      return text.slice(0, from);
  }
}

const PIECES = [
  '-',
  '.',
  '0',
  '9',
  '1e-9',
  'e5',
  'NaN',
  '""',
  'null',
  '{}',
  '[',
  ']',
  '"',
  ',',
  ' ',
  '\\u0031',
  '9'.repeat(40),
  '0.',
  '\u0000',
  '∞',
];

describe.skipIf(recordingsMissing !== undefined)(`recorded frames ${recordingsMissing ?? ''}`, () => {
  it('mutated ones never throw and never give a value that the text does not have', async () => {
    const frames = (await recordedFrames(BTCUSDT_PAIR.slice(0, 1))).filter((text) => text.startsWith('{"stream"'));
    const runs = 20_000 / inject('fewerRuns');
    let taken = 0;
    let refused = 0;
    fc.assert(
      fc.property(
        fc.nat(frames.length - 1),
        fc.nat(4),
        fc.nat(1_000_000),
        fc.integer({ min: 1, max: 6 }),
        fc.constantFrom(...PIECES),
        (index, kind, at, length, piece) => {
          const text = mutate(frames[index]!, kind, at, length, piece);
          const made = wordsMade(normaliseFrame(text, routes));
          if (made === undefined) {
            refused++;
            return;
          }
          taken++;
          // A bookTicker of price 0 loses its side, size included; a mutation may write such a price.
          const words = wordsOf(text);
          const isQuote = text.includes('@bookTicker');
          if (isQuote && (words[0] === '0' || words[2] === '0')) return;
          expect(made).toEqual(words);
        },
      ),
      { numRuns: runs },
    );
    expect(refused).toBeGreaterThan(runs / 4);
    expect(taken).toBeGreaterThan(runs / 20);
  });

  it('unmutated ones are all taken, with every digit', async () => {
    const frames = (await recordedFrames(BTCUSDT_PAIR.slice(1))).filter((text) => text.startsWith('{"stream"'));
    for (const text of frames.slice(0, 20_000)) expect(wordsMade(normaliseFrame(text, routes))).toEqual(wordsOf(text));
  });
});
