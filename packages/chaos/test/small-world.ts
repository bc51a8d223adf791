import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COUNTS_ALL, createInstrumentFold, type Levels, type Tick, type TickBody, type Update } from '@tapecast/market';
import { encodeTick, encodeUpdateBatch } from '@tapecast/wire';
import { type ClientRecord, emptyRecord, streamOf } from '../src/clients/client-record.ts';
import { writeMarket } from '../src/market/made-market.ts';
import { readTruth, type Truth } from '../src/market/truth.ts';
import { PRICE, rescaled } from '../src/verify/canonical.ts';
import { UpdateReading } from '../src/verify/updates.ts';

const SYMBOL = 'BTCUSDT';
export const INSTRUMENT = `${SYMBOL}$BA`;
const EPOCH = 'e';
const [PRICE_DECIMALS, SIZE_DECIMALS] = [2, 5];

/** What a run leaves behind, made without a cluster: a drawn market, its ticks, what the real fold makes of them, one client. */
export interface SmallWorld {
  readonly truth: Truth;
  readonly ticks: Tick[];
  /** One record's updates each. */
  readonly updates: Update[][];
  readonly client: ClientRecord;
}

export async function smallWorld(seed: number, seconds = 6): Promise<SmallWorld> {
  const dir = await mkdtemp(join(tmpdir(), 'tapecast-chaos-test-'));
  try {
    const market = { seed, seconds, symbols: [SYMBOL], framesPerSecond: 30 };
    const [recording] = (await writeMarket(dir, market)) as [string];
    const [first, ...lines] = (await readFile(recording, 'utf8')).trimEnd().split('\n') as [string, ...string[]];
    const sent = join(dir, 'sent.raw.jsonl');
    await writeFile(sent, `${lines.map((line) => line.replace(/^(\d{16})\d{3}/, '$1')).join('\n')}\n`);
    const frames = [first, ...lines].map((line) => JSON.parse(line.slice(line.indexOf(' ') + 1)));
    const ticks = frames.map((frame, index) => tickOf(frame, index + 1));
    const updates = fold(ticks);
    return { truth: await readTruth(sent, [recording]), ticks, updates, client: clientOf(updates) };
  } finally {
    await rm(dir, { recursive: true });
  }
}

/** As it stands in the log. */
export const contentOf = ({ ticks, updates }: Pick<SmallWorld, 'ticks' | 'updates'>) => ({
  ticks: [ticks.map((tick) => Uint8Array.from(encodeTick(tick)))],
  updates: [
    updates.map((record) =>
      Uint8Array.from(
        encodeUpdateBatch({
          epoch: EPOCH,
          ticksNext: 1,
          computedAtUs: 1,
          clocks: [],
          updates: new Map([[INSTRUMENT, record]]),
        }),
      ),
    ),
  ],
});

/** A venue's message by its own keys. */
type VenueData = Readonly<Record<string, never>>;

function tickOf(frame: VenueData, sourceSeq: number): Tick {
  const data: VenueData = frame.data ?? frame;
  return {
    instrument: INSTRUMENT,
    source: 'binance/s#1',
    sourceSeq,
    exchangeTimeUs:
      data.T === undefined ? (data.E === undefined ? undefined : Number(data.E) * 1_000) : Number(data.T) * 1_000,
    receivedAtUs: 1,
    priceDecimals: PRICE_DECIMALS,
    sizeDecimals: SIZE_DECIMALS,
    body: bodyOf(data),
  };
}

function bodyOf(data: VenueData): TickBody {
  const kind: unknown = data.e;
  const isSnapshot = 'lastUpdateId' in data;
  if (kind === 'trade') {
    const trade = { id: String(data.t), price: price(data.p!), size: size(data.q!) };
    return { kind: 'trade', ...trade, side: data.m ? 'sell' : 'buy', conditions: [], counts: COUNTS_ALL };
  }
  if (kind === 'depthUpdate')
    return { kind: 'bookDelta', bids: levels(data.b!), asks: levels(data.a!), venueSeq: data.u };
  if (isSnapshot)
    return { kind: 'bookSnapshot', bids: levels(data.bids!), asks: levels(data.asks!), venueSeq: data.lastUpdateId };
  const top = { bid: price(data.b!), bidSize: size(data.B!), ask: price(data.a!), askSize: size(data.A!) };
  const day = { last: undefined, open: undefined, high: undefined, low: undefined, prevClose: undefined };
  return { kind: 'quote', ...top, ...day, volume: undefined, turnover: undefined, venueSeq: data.u };
}

const price = (text: string): number => Math.round(Number(text) * 10 ** PRICE_DECIMALS);
const size = (text: string): number => Math.round(Number(text) * 10 ** SIZE_DECIMALS);
const levels = (list: [string, string][]): Levels => list.flatMap(([p, s]) => [price(p), size(s)]);

function fold(ticks: readonly Tick[]): Update[][] {
  const instrument = createInstrumentFold(INSTRUMENT);
  return ticks
    .map((tick) => {
      const updates: Update[] = [];
      instrument.apply(tick, 0, (update) => updates.push(update));
      return updates;
    })
    .filter((updates) => updates.length > 0);
}

/** A client that is told all of it. */
function clientOf(updates: readonly Update[][]): ClientRecord {
  const record = emptyRecord('client', 0);
  const trades = streamOf(record, INSTRUMENT, 'trade');
  trades.begunAt = 0;
  const reading = new UpdateReading({
    trade: (_, trade) => trades.trades.push({ ...trade, atMs: trade.timeMs }),
    state: () => undefined,
    hole: () => undefined,
    unequal: () => undefined,
  });
  for (const update of updates.flat()) reading.update(INSTRUMENT, EPOCH, update);
  for (const [channel, sequence, cut] of [
    ['quote', 'quote', 'whole'],
    ['depth@20', 'depth', 20],
    ['kline@1m', 'kline@1m', 'whole'],
  ] as const) {
    const { digests } = reading.sequences.get(`${INSTRUMENT} ${sequence}`)!.get(EPOCH)!;
    streamOf(record, INSTRUMENT, channel).states.push(
      ...digests.get(cut)!.flatMap((value, number) => [number, value, 1]),
    );
  }
  return record;
}

export const cents = (units: number): bigint => rescaled(units, PRICE_DECIMALS, PRICE);
