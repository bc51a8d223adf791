import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import type { Sequence } from '@tapecast/market';
import type { BenchResult } from './bench.ts';
import { Bout, type Load, type Population } from './fan-out/bout.ts';
import { readTicks } from './fan-out/market.ts';
import { deliveriesAnUpdate, Popularity, randomOf } from './fan-out/popularity.ts';

const USAGE = `fan-out <one-topic | watch-lists>: deliveries a CPU second of a gateway, and of bare uWebSockets.js that sends the
same frames, in turns.

  --clients <n>      (default 1000)
  --protocols <list> of protobuf, protobuf.zstd, json (default protobuf,json; watch-lists: protobuf)
  --updates <list>   updates a flush (default 1,10,100,1000; watch-lists: 30,300)
  --rounds <n>       measured, each of one run of everything that is compared (default 5)
  --flushes <n>      a run (default 120)
  --every <ms>       between flushes (default 25)
  --channel <name>   quote or trade (default quote)
  --instruments <n>  of watch-lists (default 200)
  --list <n>         instruments of a client of watch-lists (default 20)
  --only <loads>     of watch-lists: of fast, paced, interval (default all)`;

const SEED = 1;
/** Of JSON texts a flush may have so many, and so many a millisecond: one process reads no more for all clients, and who does not read is merged. */
const TEXTS_A_FLUSH_MAX = 100;
const TEXTS_A_MS = 0.2;

/** The load as it is for clients of this protocol; none where it is more than they can read. */
function readable(load: Load, protocol: string): Load[] {
  if (protocol !== 'json') return [load];
  if (load.updates > TEXTS_A_FLUSH_MAX) return [];
  const everyMs = Math.max(load.everyMs, load.updates / TEXTS_A_MS);
  return [{ ...load, everyMs, flushes: Math.ceil((load.flushes * load.everyMs) / everyMs) }];
}

export async function run(args: string[]): Promise<BenchResult> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      clients: { type: 'string', default: '1000' },
      protocols: { type: 'string' },
      updates: { type: 'string' },
      rounds: { type: 'string', default: '5' },
      flushes: { type: 'string', default: '120' },
      every: { type: 'string', default: '25' },
      channel: { type: 'string', default: 'quote' },
      instruments: { type: 'string', default: '200' },
      list: { type: 'string', default: '20' },
      only: { type: 'string', default: 'fast,paced,interval' },
      'cpu-prof': { type: 'string' },
    },
  });
  const [mode] = positionals;
  if (mode !== 'one-topic' && mode !== 'watch-lists') throw new Error(USAGE);
  const oneTopic = mode === 'one-topic';
  const clients = Number(values.clients);
  const instruments = oneTopic ? 1 : Number(values.instruments);
  const random = randomOf(SEED);
  const popularity = new Popularity(instruments, random);
  const chosen = Array.from({ length: clients }, () => popularity.list(oneTopic ? 1 : Number(values.list)));
  const each = deliveriesAnUpdate(popularity, chosen, instruments);
  const population: Population = {
    ticks: await readTicks(),
    instruments,
    lists: chosen,
    popularity,
    channel: values.channel as Sequence,
  };
  const rounds = Number(values.rounds);
  const flushes = Number(values.flushes);
  const everyMs = Number(values.every);
  const fast: Load[] = (values.updates ?? (oneTopic ? '1,10,100,1000' : '30,300'))
    .split(',')
    .map((updates) => ({ name: 'fast', updates: Number(updates), flushes, everyMs, intervalMs: 0 }));
  const only = values.only.split(',');
  const loads: Load[] = oneTopic
    ? fast
    : [
        ...fast,
        // One update each time, as slow as 50,000 deliveries a second ask for.
        { name: 'paced', updates: 1, flushes: 200, everyMs: (1_000 * each) / 50_000, intervalMs: 0 },
        { name: 'interval', updates: 10, flushes: 600, everyMs: 5, intervalMs: 100 },
      ].filter(({ name }) => only.includes(name));
  const loadBefore = loadavg()[0];
  const rows: Record<string, unknown>[] = [];
  for (const protocol of (values.protocols ?? (oneTopic ? 'protobuf,json' : 'protobuf')).split(',')) {
    for (const intervalMs of new Set(loads.map((load) => load.intervalMs))) {
      const bout = await Bout.open({
        population,
        protocol,
        intervalMs,
        plainWs: oneTopic,
        cpuProf: values['cpu-prof'],
      });
      try {
        for (const load of loads
          .filter((one) => one.intervalMs === intervalMs)
          .flatMap((one) => readable(one, protocol))) {
          process.stderr.write(`${protocol}, ${load.name}, ${load.updates} updates each time\n`);
          const row = await bout.measure(load, rounds);
          process.stderr.write(`${JSON.stringify(row)}\n`);
          rows.push(row);
        }
      } finally {
        await bout.close();
      }
    }
  }
  return {
    name: `fan-out-${mode}`,
    conditions: {
      clients,
      instruments,
      instrumentsAClient: oneTopic ? 1 : Number(values.list),
      deliveriesAnUpdate: Math.round(each),
      channel: values.channel,
      updatesFrom: 'BTCUSDT, recorded, under other names at other places of the record',
      rounds,
      transport: 'loopback, plain TCP; clients are other processes on the same cores',
      figures: 'medians over the rounds; CPU of all threads of the server process, user and system',
      loadBefore,
    },
    rows,
  };
}
