import { SourceFences, type Tick } from '@tapecast/market';
import { type Leases, MarketStateError, openMemoryLeases, openMemoryMarketState } from '@tapecast/market-state';
import { createLogger, createRegistry, type RunningService } from '@tapecast/service-kit';
import { openMemoryTickLog, type TickLog } from '@tapecast/tick-log';
import { startBinanceVenue } from '@tapecast/venue-server';
import { decodeTick } from '@tapecast/wire';
import { afterEach, describe, expect, it } from 'vitest';
import { type IngestConfig, ingestSchema } from '../../src/config.ts';
import { startIngest } from '../../src/ingest.ts';
import { until } from '../ingest-harness.ts';
import { writeRecording } from '../venues/binance/synthetic-recording.ts';

const INSTRUMENT = 'BTCUSDT$BA';
const PARTITIONS = 3;
/** A lease outlives what a busy machine keeps the process from: who lost it by that would not be the one who is tried. */
const LIMITS = { leaseTtlMs: 1_000, leaseRenewMs: 100, leaseTryMs: 15, leaseCallMsMax: 700, catchUpAfterMs: 50 };

const running: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of running.splice(0).reverse()) await end();
});

/** A log with all that counts in it, as any reader has it: doubles by number and what is fenced are left out. */
async function setUp() {
  const log = openMemoryTickLog({ partitions: PARTITIONS });
  const state = openMemoryMarketState();
  const ticks: Tick[] = [];
  const fences = Array.from({ length: PARTITIONS }, () => new SourceFences());
  const void_ = { count: 0 };
  const reader = await log.read({
    topic: 'md.ticks',
    from: () => 'earliest',
    onRecords: (partition, records) => {
      for (const { value } of records) {
        const tick = decodeTick(value);
        if (fences[partition]!.passes(tick.source)) ticks.push(tick);
        else void_.count++;
      }
    },
    onGap: () => undefined,
  });
  running.push(async () => {
    await reader.close();
    await state.close();
    await log.close();
  });
  const start = async (config: Partial<IngestConfig>, options: { leases?: Leases; log?: TickLog } = {}) => {
    const metrics = createRegistry();
    const service: RunningService = await startIngest({
      config: ingestSchema.parse(config),
      log: options.log ?? log,
      state,
      ...(options.leases === undefined ? {} : { leases: options.leases }),
      limits: LIMITS,
      logger: createLogger('ingest', 'silent'),
      metrics,
    });
    let failure: Error | undefined;
    void service.failed.then((error) => {
      failure = error;
    });
    running.push(() => service.stop());
    return {
      service,
      failure: () => failure,
      metric: async (name: string) =>
        ((await metrics.getSingleMetric(name)?.get())?.values ?? []).reduce((sum, { value }) => sum + value, 0),
    };
  };
  const tradeIds = (instrument = INSTRUMENT): string[] =>
    ticks.flatMap((tick) => (tick.instrument === instrument && tick.body.kind === 'trade' ? [tick.body.id] : []));
  return { log, state, ticks, void_, start, tradeIds };
}

async function venueOf(steps: number, speed: number) {
  const recording = await writeRecording({ steps });
  running.push(recording.remove);
  const venue = await startBinanceVenue({ recordings: [recording.path], speed, paused: true });
  running.push(() => venue.stop());
  const config = { feed: 'binance', binanceWs: venue.wsUrl, binanceRest: venue.restUrl, clock: 'ping' } as const;
  return { venue, recording, config };
}

/** A log that can be cut off from one process: as that process was killed, or stopped, its sends come never, or late. */
function cutOff(log: TickLog) {
  let opened: () => void = () => undefined;
  let held = 0;
  let gate: Promise<void> | undefined;
  const guarded: TickLog = {
    partitions: log.partitions,
    generation: log.generation,
    failed: log.failed,
    read: (options) => log.read(options),
    join: (options) => log.join(options),
    offsets: (topic) => log.offsets(topic),
    close: () => Promise.resolve(),
    producer: async (topic) => {
      const producer = await log.producer(topic);
      return {
        send: async (batches) => {
          if (gate !== undefined) held++;
          await gate;
          return producer.send(batches);
        },
        close: () => producer.close(),
      };
    },
  } as TickLog;
  return {
    log: guarded,
    cut: () => {
      gate = new Promise((resolve) => {
        opened = resolve;
      });
    },
    heal: () => opened(),
    /** Sends that were under way when it was cut off, or began after. */
    held: () => held,
  };
}

/** Leases that one process can't reach: its own end. */
function deaf(leases: Leases) {
  const state = { dead: false };
  const waiting: (() => void)[] = [];
  const never = (): Promise<never> =>
    new Promise((_, reject) => {
      waiting.push(() => reject(new MarketStateError('unavailable', 'away')));
    });
  return {
    state,
    /** The calls that were never answered end. */
    end: () => {
      state.dead = true;
      for (const end of waiting) end();
    },
    leases: {
      acquire: (name, owner, ttlMs) => (state.dead ? never() : leases.acquire(name, owner, ttlMs)),
      renew: (name, owner, fence, ttlMs) => (state.dead ? never() : leases.renew(name, owner, fence, ttlMs)),
      release: (name, owner, fence) => (state.dead ? Promise.resolve() : leases.release(name, owner, fence)),
      holder: (name) => leases.holder(name),
      watch: (name, onHolder) => leases.watch(name, onHolder),
      close: () => Promise.resolve(),
    } satisfies Leases,
  };
}

describe('two ingests of one venue', () => {
  it('one that is cut off is followed by the other, without a trade lost or doubled, and what it sends late is void', async () => {
    const { log, ticks, void_, start, tradeIds } = await setUp();
    const { venue, recording, config } = await venueOf(400, 2);
    const leases = openMemoryLeases();
    const cable = cutOff(log);
    const first = deaf(leases);
    const active = await start(config, { leases: first.leases, log: cable.log });
    running.push(async () => first.end());
    await until('the first publishes', () => active.service.ready().ready);
    const standby = await start(config, { leases });
    await until('the second stands by', () => standby.service.ready().ready);
    expect(await standby.metric('tapecast_ingest_active')).toBe(0);
    venue.start();
    await until('some trades', () => tradeIds().length >= 60);
    first.state.dead = true;
    cable.cut();
    await until('the second publishes', async () => (await standby.metric('tapecast_ingest_active')) === 1);
    // What the first had under way arrives now, long after its time.
    const late = cable.held();
    cable.heal();
    await until('all trades', () => tradeIds().at(-1) === recording.tradeIds.at(-1));
    expect(tradeIds()).toEqual(recording.tradeIds);
    // A process that was cut off between two sends had nothing under way.
    if (late > 0) await until('the late ones are there, and void', () => void_.count > 0);
    const told = ticks.flatMap(({ instrument, body }) =>
      instrument === INSTRUMENT && body.kind === 'status' ? [body.reason] : [],
    );
    expect(told.filter((reason) => reason.includes('were not received'))).toEqual([]);
    expect(await standby.metric('tapecast_ingest_takeovers_total')).toBe(1);
  });

  it('one that learns that it lost the lease ends, and writes nothing more', async () => {
    const { start, ticks } = await setUp();
    const leases = openMemoryLeases();
    const active = await start({ feed: 'simulated', rate: 500 }, { leases });
    await until('the first publishes', () => active.service.ready().ready);
    const fence = (await leases.holder('ingest/simulated'))!.fence;
    // Another has had it meanwhile, as after a pause of this process.
    await leases.release('ingest/simulated', (await leases.holder('ingest/simulated'))!.owner, fence);
    expect(await leases.acquire('ingest/simulated', 'other', 10_000)).toMatchObject({ outcome: 'yours' });
    await until('it ends', () => active.failure() !== undefined);
    expect(active.failure()).toMatchObject({ code: 'superseded' });
    expect(await active.metric('tapecast_ingest_active')).toBe(0);
    const written = ticks.length;
    await active.service.stop();
    expect(ticks.length).toBe(written);
  });

  it('an orderly stop hands over at once, and the test instrument misses no second', async () => {
    const { start, tradeIds } = await setUp();
    const leases = openMemoryLeases();
    const config = { feed: 'simulated', rate: 100 } as const;
    const first = await start(config, { leases });
    await until('the first publishes', () => first.service.ready().ready);
    const second = await start(config, { leases });
    await until('two seconds of it', () => tradeIds('TEST$XX').length >= 2);
    await first.service.stop();
    await until('the second publishes', async () => (await second.metric('tapecast_ingest_active')) === 1);
    const before = tradeIds('TEST$XX').length;
    await until('another second', () => tradeIds('TEST$XX').length > before);
    const seconds = tradeIds('TEST$XX').map(Number);
    expect(seconds).toEqual(seconds.map((_, i) => seconds[0]! + i));
  });
});

describe('a single ingest that ends and starts again', () => {
  it('goes on where the log ends, with what was traded between', async () => {
    const { start, tradeIds } = await setUp();
    const { venue, recording, config } = await venueOf(300, 4);
    const before = await start(config);
    await until('ready', () => before.service.ready().ready);
    venue.start();
    await until('some trades', () => tradeIds().length >= 50);
    await before.service.stop();
    const had = tradeIds().length;
    await until(
      'trades that nobody got',
      () => Number(venue.clock().positionUs) > 0 && venue.clock().positionUs >= recordedUs(had + 30),
    );
    const after = await start(config);
    await until('all trades', () => tradeIds().at(-1) === recording.tradeIds.at(-1));
    expect(tradeIds()).toEqual(recording.tradeIds);
    expect(await after.metric('tapecast_ingest_fetched_trades_total')).toBeGreaterThanOrEqual(29);
    expect(await after.metric('tapecast_ingest_missing_trades_total')).toBe(0);
  });

  it('gets the last trades of a pair that has not traded since', async () => {
    const { start, tradeIds } = await setUp();
    const { venue, recording, config } = await venueOf(100, 4);
    const before = await start(config);
    await until('ready', () => before.service.ready().ready);
    venue.start();
    await until('some trades', () => tradeIds().length >= 20);
    await before.service.stop();
    await venue.done;
    await start(config);
    await until('all trades', () => tradeIds().at(-1) === recording.tradeIds.at(-1));
    expect(tradeIds()).toEqual(recording.tradeIds);
  });
});

/** Where the play of a synthetic recording is at its trade number k. */
const recordedUs = (k: number): number => (1_723_161_254_000 + k * 10) * 1_000;
