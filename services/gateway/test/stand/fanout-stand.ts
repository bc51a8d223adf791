import { applyUpdate, type Channel, emptyView, type InstrumentView, type Update } from '@tapecast/market';
import { type ControlMessage, type DataMessage, type DecodedFrame, FrameDecoder } from '@tapecast/wire';
import { Client, type Encoding } from '../../src/fanout/client.ts';
import { Fanout } from '../../src/fanout/fanout.ts';
import { InstrumentFanout } from '../../src/fanout/instrument-fanout.ts';
import { intervalIndex } from '../../src/fanout/intervals.ts';
import type { StreamGroup } from '../../src/fanout/stream-group.ts';
import { DEFAULT_LIMITS } from '../../src/limits.ts';
import { ToldTrades } from '../../src/slow/told-trades.ts';
import { noCounts, type PartitionCounts } from '../../src/subscriptions/partition-ledger.ts';
import { FakeSocket } from './fake-sockets.ts';

/** An instrument whose updates are made by hand. */
export class TestInstrument {
  readonly symbol: string;
  readonly number: number;
  readonly view: InstrumentView;
  readonly currentAtMs = undefined;
  readonly aheadOfLog = false;
  readonly fanout: InstrumentFanout;
  readonly counts: PartitionCounts;

  constructor(fanout: Fanout, number: number, counts: PartitionCounts) {
    this.counts = counts;
    this.number = number;
    this.symbol = `S${number}$US`;
    this.view = emptyView(this.symbol, 'e');
    this.fanout = new InstrumentFanout(this, fanout);
  }

  streamNumber(channel: Channel, interval: number): number {
    return this.number * 100 + ['quote', 'trade', 'depth@5', 'kline@1m'].indexOf(channel) * 10 + interval;
  }

  quote(last: number, priceDecimals = 2): void {
    this.#apply({ sequence: 'quote', body: { kind: 'quote', last, cleared: 0 } as Update['body'] }, priceDecimals);
  }

  trade(price: number, priceDecimals = 2): void {
    const body = { kind: 'trade', id: '', price, size: 1, side: undefined, conditions: [] } as const;
    this.#apply({ sequence: 'trade', body: { ...body, conditions: [] } }, priceDecimals);
  }

  depth(bids: number[], asks: number[], receivedAtUs = 1, priceDecimals = 2): void {
    this.#apply({ sequence: 'depth', body: { kind: 'depth', bids, asks } }, priceDecimals, receivedAtUs);
  }

  /** The bar of that minute, of two trades. */
  bar(minute: number, open: number, close: number, revision = 0, priceDecimals = 2): void {
    const prices = { open, high: Math.max(open, close), low: Math.min(open, close), close };
    const sums = { volume: 2n, turnover: BigInt(open + close), trades: 2 };
    const body = { kind: 'kline', interval: '1m', startMs: minute * 60_000, ...prices, ...sums } as const;
    this.#apply({ sequence: 'kline@1m', body: { ...body, final: revision > 0, revision } }, priceDecimals);
  }

  #apply({ sequence, body }: Pick<Update, 'sequence' | 'body'>, priceDecimals = 2, receivedAtUs = 1): void {
    const seq = this.view.seqs[sequence] + 1;
    const update: Update = {
      sequence,
      first: seq,
      last: seq,
      keyframe: false,
      priceDecimals,
      sizeDecimals: 0,
      timestampUs: 1_000 * seq,
      receivedAtUs,
      body,
    };
    applyUpdate(this.view, update);
    this.fanout.applied(this.view, update, 1);
  }
}

/** A client that reads what it is sent, and keeps its streams. */
export class TestClient extends Client {
  readonly fake: FakeSocket;
  readonly #decoder: FrameDecoder;
  #read = 0;

  constructor(encoding: Encoding, nowMs: number) {
    const fake = new FakeSocket();
    super('s', encoding, fake, 0);
    this.fake = fake;
    this.#decoder = new FrameDecoder({ marked: encoding === 'protobuf_zstd', now: () => nowMs });
  }

  /** As the answer to a subscribe names it. */
  named(group: StreamGroup): void {
    const result = { symbol: group.instrument.symbol, channel: group.channel, ok: true, streamNumber: group.number };
    this.tell({ type: 'success', action: 'subscribe', id: 1, msg: '', results: [{ ...result, seq: group.told }] }, 0);
  }

  /** As the answer to an unsubscribe says it. */
  left({ instrument, channel, told }: StreamGroup): void {
    const results = [{ symbol: instrument.symbol, channel, ok: true, seq: told }];
    this.tell({ type: 'success', action: 'unsubscribe', id: 1, msg: '', results }, 0);
  }

  /** Frames that came since the last call, each as its messages; what it can not apply fails. */
  frames(): (DataMessage | ControlMessage)[][] {
    if (this.json) {
      const texts = this.fake.sent.slice(this.#read);
      this.#read = this.fake.sent.length;
      return texts.map((text) => [JSON.parse(text.toString())]);
    }
    return this.#decoded().map(({ messages, baseless }) => {
      if (baseless.length > 0) throw new Error(`differences without a base: ${JSON.stringify(baseless)}`);
      return messages;
    });
  }

  /** When the frames that came were published, Unix ms, as it reckons. */
  times(): number[] {
    return this.#decoded().map(({ publishedAtUs }) => publishedAtUs / 1_000);
  }

  /** How old their data was then, in ms, where it is told. */
  ages(): number[] {
    return this.#decoded().flatMap(({ publishedAtUs, receivedAtUs }) =>
      receivedAtUs === undefined ? [] : [(publishedAtUs - receivedAtUs) / 1_000],
    );
  }

  #decoded(): DecodedFrame[] {
    const frames = this.fake.sent.slice(this.#read).map((bytes) => this.#decoder.decode(bytes));
    this.#read = this.fake.sent.length;
    return frames;
  }

  /** Ranges of the data that came, by their first letter and symbol's number. */
  ranges(): string[] {
    return this.frames()
      .flat()
      .flatMap((message) =>
        'range' in message && 'symbol' in message && message.range !== undefined && message.type !== 'notice'
          ? [`${message.symbol} ${message.channel} ${message.range[0]}-${message.range[1]}`]
          : [],
      );
  }
}

/** A fan-out whose timers are fired, and whose clock is set, by hand. */
export class FanoutStand {
  readonly fanout: Fanout;
  readonly clients: TestClient[] = [];
  /** What became of what the streams of all its instruments took. */
  readonly counts = noCounts();
  nowMs = 1_700_000_000_000;
  readonly toldTrades = new ToldTrades(DEFAULT_LIMITS, () => this.nowMs);
  /** What it said could not be sent; else that fails the test. */
  failures: unknown[] | undefined;
  #timers: (() => void)[] = [];
  #instruments = 0;

  constructor(limits: Partial<typeof DEFAULT_LIMITS> = {}) {
    this.fanout = new Fanout({
      nowUs: () => this.nowMs * 1_000,
      timers: { after: (_, due) => this.#timers.push(due) },
      limits: { ...DEFAULT_LIMITS, ...limits },
      observe: () => {},
      delivered: () => {},
      encoded: () => {},
      compressed: { frames: 0, bytesBefore: 0, bytesAfter: 0, spentMs: 0 },
      toldTrades: this.toldTrades,
      failed: (_, error) => {
        if (this.failures === undefined) throw error;
        this.failures.push(error);
      },
    });
    this.fanout.reaches(this.clients);
  }

  instrument(): TestInstrument {
    return new TestInstrument(this.fanout, ++this.#instruments, this.counts);
  }

  client(encoding: Encoding = 'protobuf'): TestClient {
    const client = new TestClient(encoding, this.nowMs);
    this.clients.push(client);
    return client;
  }

  /** What a subscribe does. */
  join(client: TestClient, { fanout }: TestInstrument, channel: Channel, intervalMs = 0): StreamGroup {
    this.fanout.flush();
    const group = this.fanout.join(client, fanout, channel, intervalIndex(intervalMs));
    client.named(group);
    this.fanout.show(client, [group], true);
    return group;
  }

  /** Changes the interval as a subscribe does. */
  change(client: TestClient, from: StreamGroup, intervalMs: number): StreamGroup {
    this.fanout.flush();
    const to = this.fanout.changeInterval(client, from, intervalIndex(intervalMs));
    client.named(to);
    return to;
  }

  /** Nothing of a client changed for so long that it is looked at. */
  settle(): void {
    this.fanout.sweep();
    this.fanout.sweep();
  }

  /** All intervals that wait are over. */
  timers(): void {
    for (const due of this.#timers.splice(0)) due();
  }
}
