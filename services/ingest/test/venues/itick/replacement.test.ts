import type { Tick } from '@tapecast/market';
import { openMemoryMarketState } from '@tapecast/market-state';
import { createLogger, createRegistry, createSteadyClock } from '@tapecast/service-kit';
import { afterEach, describe, expect, it } from 'vitest';
import { ingestSchema } from '../../../src/config.ts';
import { EMPTY_END } from '../../../src/lead/log-end.ts';
import { type IngestLimits, LIMITS } from '../../../src/limits.ts';
import { createIngestMetrics } from '../../../src/metrics.ts';
import { TickSource } from '../../../src/sources/tick-source.ts';
import { ItickFeed } from '../../../src/venues/itick/feed.ts';
import { readItickOptions } from '../../../src/venues/itick/options.ts';
import { parseItickSymbols } from '../../../src/venues/itick/symbols.ts';
import { until } from '../../ingest-harness.ts';
import { acceptSymbols, authFailed, type Script, ScriptedVenue, TOKEN, tick } from './scripted-venue.ts';

const T0 = 1_731_689_407_000;

const running: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of running.splice(0).reverse()) await end();
});

/** The feed alone, with what it emits kept. */
async function setUp(
  script: Script = {},
  symbols = ['AAPL$US', 'TSLA$US', 'IBM$US'],
  limits: Partial<IngestLimits> = {},
) {
  const venue = await ScriptedVenue.start(script);
  running.push(() => venue.stop());
  const config = ingestSchema.parse({ feed: 'itick', itickWs: venue.url, itickToken: TOKEN, symbols });
  const state = openMemoryMarketState();
  const registry = createRegistry();
  const metrics = createIngestMetrics(registry);
  const ticks: Tick[] = [];
  const feed = new ItickFeed(
    {
      config,
      createSource: (of) =>
        new TickSource({
          venue: of,
          name: `${of}/s`,
          partitions: 1,
          partitionOf: () => 0,
          encode: (made) => {
            ticks.push(made);
            return new Uint8Array();
          },
          publisher: { push: () => undefined },
          metrics,
        }),
      catalogue: state,
      isFull: () => false,
      limits: { ...LIMITS, handoverQuietMs: 300, ...limits },
      logger: createLogger('test', 'silent'),
      metrics,
      random: () => 0,
      nowUs: createSteadyClock(createLogger('test', 'silent')),
    },
    readItickOptions(config),
  );
  running.push(async () => {
    await feed.stop();
    await state.close();
  });
  feed.start();
  feed.speak(EMPTY_END);
  await until('subscribed', () => feed.ready().ready);
  return {
    venue,
    feed,
    follow: (names: readonly string[]) => feed.setSymbols(parseItickSymbols(names).symbols),
    trades: (instrument: string) =>
      ticks.flatMap(({ instrument: of, body }) => (of === instrument && body.kind === 'trade' ? [body.size] : [])),
    statuses: (instrument: string) =>
      ticks.flatMap(({ instrument: of, body }) =>
        of === instrument && body.kind === 'status' ? [`${body.state} ${body.reason}`.trim()] : [],
      ),
    handovers: async (outcome: string) =>
      ((await registry.getSingleMetric('tapecast_ingest_handovers_total')?.get())?.values ?? [])
        .filter(({ labels }) => labels.outcome === outcome)
        .reduce((sum, { value }) => sum + value, 0),
  };
}

type Running = Awaited<ReturnType<typeof setUp>>;

/** A trade every few ms on all connections alike, sizes 1, 2, 3 …, until told to stop. */
function trading({ venue }: Running, instrument: string): { stop(): number } {
  let made = 0;
  const timer = setInterval(() => {
    made++;
    venue.data(instrument, tick(instrument.split('$')[0]!, 'US', 10, made, T0 + made));
  }, 3);
  running.push(() => clearInterval(timer));
  return {
    stop: () => {
      clearInterval(timer);
      return made;
    },
  };
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);

describe('symbols that change while the feed runs', () => {
  it('are added by a further subscribe over the same connection', async () => {
    const setup = await setUp();
    await setup.follow(['AAPL$US', 'TSLA$US', 'IBM$US', 'BAC$US']);
    await until('added', () => setup.venue.clients[0]!.subscribed.size === 4);
    expect(setup.venue.clients[0]!.requests.map(({ params }) => params)).toEqual(['AAPL$US,TSLA$US,IBM$US', 'BAC$US']);
    expect(setup.venue.clients).toHaveLength(1);
    setup.venue.data('BAC$US', tick('BAC', 'US', 10, 7, T0));
    await until('its trade', () => setup.trades('BAC$US').length === 1);
  });

  it('are left by a new connection, made before the old one goes, without a trade lost or doubled', async () => {
    const setup = await setUp();
    const busy = trading(setup, 'AAPL$US');
    await until('trades', () => setup.trades('AAPL$US').length > 10);
    setup.venue.data('IBM$US', tick('IBM', 'US', 10, 1, T0));
    await setup.follow(['AAPL$US', 'IBM$US']);
    await until('the old one is gone', () => setup.venue.clients.length === 2 && setup.venue.open.length === 1);
    expect([...setup.venue.open[0]!.subscribed]).toEqual(['AAPL$US', 'IBM$US']);
    const here = setup.trades('AAPL$US').length;
    await until('it goes on', () => setup.trades('AAPL$US').length > here + 10);
    const made = busy.stop();
    await until('the last', () => setup.trades('AAPL$US').at(-1) === made);
    expect(setup.trades('AAPL$US')).toEqual(numbers(made));
    expect(setup.trades('IBM$US')).toEqual([1]);
    expect(await setup.handovers('proven')).toBe(2);
    expect(await setup.handovers('unproven')).toBe(0);
    expect(setup.statuses('TSLA$US').at(-1)).toBe('stale not followed any more');
    expect(setup.venue.clients.flatMap(({ requests }) => requests.map(({ ac }) => ac))).not.toContain('unsubscribe');
  });

  it('change over all the same where both connections never agree, and that is told', async () => {
    const setup = await setUp({}, undefined, { handoverMsMax: 500 });
    await setup.follow(['AAPL$US']);
    await until('both', () => setup.venue.open.length === 2 && setup.venue.open[1]!.subscribed.size === 1);
    let at = 0;
    const timer = setInterval(() => {
      at++;
      // Each connection sends other trades: there is no place where they agree.
      for (const [index, client] of setup.venue.open.entries()) {
        client.send({ code: 1, data: tick('AAPL', 'US', 10, at * 10 + index, T0 + at) });
      }
    }, 20);
    running.push(() => clearInterval(timer));
    await until('changed', () => setup.venue.open.length === 1);
    expect(await setup.handovers('unproven')).toBe(1);
    expect(setup.statuses('AAPL$US').at(-1)).toMatch(/^live changed to another connection: trades around .* may be/);
  });

  it('stay on the old connection where the plan has no second one, and what is left is not told', async () => {
    const setup = await setUp({
      onConnect: (client, open) => {
        if (open.length === 1) return false;
        authFailed(client);
        return true;
      },
    });
    await setup.follow(['AAPL$US']);
    await until('tried', () => setup.venue.clients.length === 2 && setup.venue.open.length === 1);
    setup.venue.data('TSLA$US', tick('TSLA', 'US', 10, 1, T0));
    setup.venue.data('AAPL$US', tick('AAPL', 'US', 10, 1, T0));
    await until('the one that is followed', () => setup.trades('AAPL$US').length === 1);
    expect(setup.trades('TSLA$US')).toEqual([]);
    expect(setup.feed.ready().ready).toBe(true);
  });

  it('go on at once over the new connection when the venue ends the old one for it', async () => {
    const setup = await setUp({
      onSubscribe: (client, symbols, open) => {
        acceptSymbols(client, symbols);
        for (const other of open) if (other !== client) other.socket.terminate();
        return true;
      },
    });
    await setup.follow(['AAPL$US']);
    await until('the new one alone', () => setup.venue.clients.length === 2 && setup.venue.open.length === 1);
    await until(
      'one speaker',
      async () => (await setup.handovers('unproven')) + (await setup.handovers('proven')) === 1,
    );
    setup.venue.data('AAPL$US', tick('AAPL', 'US', 10, 1, T0));
    await until('its trade', () => setup.trades('AAPL$US').length === 1);
    await until('ready', () => setup.feed.ready().ready);
    expect(setup.venue.clients).toHaveLength(2);
  });

  it('of a whole class are left by ending its connection', async () => {
    const setup = await setUp({}, ['AAPL$US', 'EURUSD$GB']);
    await setup.follow(['EURUSD$GB']);
    await until('one left', () => setup.venue.open.length === 1);
    expect(setup.venue.open[0]!.path).toBe('/forex');
    expect(setup.feed.ready().ready).toBe(true);
  });
});
