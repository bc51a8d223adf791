import { answer } from '../fan-out/child.ts';
import { ReadingClient } from '../fan-out/reading-client.ts';
import { PROBE } from '../slow/probe.ts';

/** When a number of the probe came, at one client. */
export interface Arrival {
  number: number;
  lateMs: number;
}

export interface Arrivals {
  trade: Arrival[];
  quote: Arrival[];
  /** Of all clients; and how many have the probe. */
  closed: number;
  probes: number;
}

const AT_ONCE = 64;
/** A trade's size and a quote's price are the number of their record; what is history is late by nature. */
const TRADE = /"type":"trade".*"size":(\d+)(?!.*"history")/;
const QUOTE = /"type":"quote".*"last":(\d+)/;
const text = new TextDecoder('latin1');

const clients: ReadingClient[] = [];
let due: { beginAtMs: number; everyMs: number; from: number } | undefined;
const arrivals: Arrivals = { trade: [], quote: [], closed: 0, probes: 0 };

function note(payload: Uint8Array): void {
  if (due === undefined) return;
  const frame = text.decode(payload);
  const channel = frame.startsWith('{"type":"trade"') ? 'trade' : 'quote';
  const number = Number((channel === 'trade' ? TRADE : QUOTE).exec(frame)?.[1] ?? Number.NaN);
  if (!frame.includes(PROBE) || !(number >= due.from)) return;
  const now = performance.timeOrigin + performance.now();
  arrivals[channel].push({ number, lateMs: now - due.beginAtMs - (number - due.from) * due.everyMs });
}

/** Clients of a gateway, some of them evenly among the others with a probe: they say how late its trades and quotes are. */
answer({
  connect: async (request: { port: number; lists: string[][]; channels: string[]; probes: number }) => {
    const { port, lists, channels, probes } = request;
    const apart = Math.floor(lists.length / probes);
    let next = 0;
    const one = async (): Promise<void> => {
      while (next < lists.length) {
        const at = next++;
        const probing = at % apart === 0;
        const client = new ReadingClient({
          ...{ host: '127.0.0.1', port, protocol: 'tapecast.v1.json' },
          subscribe: {
            ...{ action: 'subscribe', id: 1, channels, intervalMs: 0 },
            symbols: [...(lists[at] as string[]), ...(probing ? [PROBE] : [])],
          },
        });
        clients.push(client);
        await client.ready;
        client.countOnly();
        if (!probing) continue;
        client.reader.onFrame = note;
        arrivals.probes++;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, one));
  },
  schedule: (request: { beginAtMs: number; everyMs: number; from: number }) => {
    due = request;
    arrivals.trade = [];
    arrivals.quote = [];
  },
  arrivals: () => ({ ...arrivals, closed: clients.filter(({ closed }) => closed).length }),
});
