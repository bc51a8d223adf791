import { type Embedded, startEmbedded } from '@tapecast/testkit';
import { afterEach, expect, test } from 'vitest';

const TEST = 'TEST$XX';
const systems: Embedded[] = [];

afterEach(async () => {
  for (const system of systems.splice(0)) await system.stop();
});

async function started(args: readonly string[] = []): Promise<Embedded> {
  const system = await startEmbedded(args);
  systems.push(system);
  return system;
}

/** A JSON message as it came: fields by their wire names. */
// biome-ignore lint/suspicious/noExplicitAny: what a server sent is looked at field by field, and a wrong one fails the test.
type Wire = any;

/** Ten lines of JSON, as a person would write them. */
class Line {
  readonly messages: Wire[] = [];
  readonly #socket: WebSocket;

  constructor(url: string) {
    this.#socket = new WebSocket(url, 'tapecast.v1.json');
    this.#socket.addEventListener('message', ({ data }) => this.messages.push(JSON.parse(String(data))));
  }

  async ask(message: Wire): Promise<Wire> {
    await expect.poll(() => this.messages.length).toBeGreaterThan(0);
    this.#socket.send(JSON.stringify(message));
    await expect.poll(() => this.messages.some(({ id }) => id === message.id)).toBe(true);
    return this.messages.find(({ id }) => id === message.id);
  }

  /** Trades as they were told, by number. */
  get trades(): Map<number, string> {
    return new Map(
      this.messages
        .filter(({ type, range }) => type === 'trade' && range !== undefined)
        .map(({ range, id, timestamp, price, size, side }) => [
          range[0] as number,
          JSON.stringify([id, timestamp, price, size, side]),
        ]),
    );
  }

  close(): void {
    this.#socket.close();
  }
}

const get = async (system: Embedded, path: string): Promise<Wire> => (await fetch(`${system.page}${path}`)).json();
const barsOf = async (system: Embedded): Promise<Wire[]> =>
  (await get(system, `v1/klines?symbol=${encodeURIComponent(TEST)}&interval=1m&limit=10`)).bars;
const quoteOf = async (system: Embedded): Promise<Wire> =>
  (await get(system, `v1/snapshot?symbols=${encodeURIComponent(TEST)}&channels=quote`)).data[0];

test('killed -9 and started again, it has its last trades for who comes back, its bars and its day', async () => {
  const system = await started();
  const before = new Line(system.stream);
  const { results } = await before.ask({ action: 'subscribe', id: 1, symbols: [TEST], channels: ['trade'] });
  const { epoch } = results[0];
  // One a second.
  await expect.poll(() => before.trades.size).toBeGreaterThan(5);
  const quoteBefore = await quoteOf(system);
  const [bar] = await barsOf(system);
  await system.kill();
  const told = before.trades;
  const first = Math.min(...told.keys());
  const newest = Math.max(...told.keys());
  await system.restart();

  const after = new Line(system.stream);
  const positions = [[TEST, 'trade', epoch, first - 1]];
  const answer = await after.ask({ action: 'resume', id: 2, positions });
  expect(answer.results).toMatchObject([{ symbol: TEST, ok: true, outcome: 'resumed', epoch, from: first }]);
  await expect.poll(() => Math.max(0, ...after.trades.keys())).toBeGreaterThan(newest + 3);
  const numbers = [...after.trades.keys()];
  expect(numbers).toEqual(numbers.map((_, i) => first + i));
  for (const [number, trade] of told) expect(after.trades.get(number)).toBe(trade);
  after.close();

  const again = (await barsOf(system)).find(({ start }) => start === bar.start);
  expect(again.open).toBe(bar.open);
  expect(again.trades).toBeGreaterThanOrEqual(bar.trades);
  const quoteAfter = await quoteOf(system);
  expect(quoteAfter.volume).toBeGreaterThan(quoteBefore.volume);
  expect(quoteAfter).toMatchObject({ open: quoteBefore.open, epoch });
});

test('a second one on the same folder is refused, and says why', async () => {
  const system = await started();
  await expect(startEmbedded(['--data-dir', system.dataDir])).rejects.toThrow(/--data-dir|another process/);
});
