// Two gateways that read one log, each as far as it is, and a client that is cut off, comes back to either, or is moved while
// it is told: what the program is told must be what the log says, from a model of the gateways that knows only the protocol.
import type { ControlMessage, DataMessage, ResumePosition, SubscriptionResult } from '@tapecast/wire';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ClientEvents } from '../src/index.ts';
import type { RequestBody } from '../src/requests.ts';
import { type Connected, Upkeep } from '../src/upkeep.ts';
import { depth, quote, trade } from './client-kit.ts';

const SYMBOL = 'AAPL$US';
const CHANNELS = ['trade', 'quote', 'depth@20'] as const;
type Channel = (typeof CHANNELS)[number];
const NO_TIMES = { receivedAtUs: undefined, publishedAtUs: undefined };

/** What the log has of a channel: numbers of an epoch. A book's state is made of its number alone. */
interface Reached {
  epoch: number;
  numbers: Record<Channel, number>;
}

/** Sizes of five prices after `number` changes, each of which sets one. */
function bookAt(number: number): Map<number, number> {
  const levels = new Map<number, number>();
  for (let n = Math.max(1, number - 40); n <= number; n++) levels.set(1 + ((n * 7) % 5), (n * 3) % 4);
  return new Map([...levels].filter(([, size]) => size > 0));
}

const pairsOf = (levels: ReadonlyMap<number, number>): number[] => [...levels].sort(([a], [b]) => b - a).flat();

class Gateway {
  readonly connections = new Set<ModelConnection>();
  at = 0;
  readonly log: readonly (Channel | 'epoch')[];
  reached: Reached = { epoch: 1, numbers: { trade: 0, quote: 0, 'depth@20': 0 } };

  constructor(log: readonly (Channel | 'epoch')[]) {
    this.log = log;
  }

  /** Reads so many entries and tells them in one flush. */
  read(entries: number): void {
    for (const entry of this.log.slice(this.at, this.at + entries)) {
      this.at++;
      if (entry === 'epoch') {
        this.flush();
        this.reached = { epoch: this.reached.epoch + 1, numbers: { trade: 0, quote: 0, 'depth@20': 0 } };
        for (const connection of this.connections) connection.begunAnew();
      } else this.reached.numbers[entry]++;
    }
    this.flush();
  }

  flush(): void {
    for (const connection of this.connections) connection.flush();
  }
}

/** What a client meets: the oldest trade that is kept there, and whether resume is offered. */
interface Place {
  oldest: number;
  offers: boolean;
}

class ModelConnection implements Connected {
  readonly number: number;
  readonly resumeToken: string | undefined;
  readonly gateway: Gateway;
  readonly inbox: RequestMessage[] = [];
  readonly outbox: (ControlMessage | DataMessage)[] = [];
  /** What each channel was told up to; absent: not subscribed. */
  readonly told = new Map<Channel, number>();
  open = true;
  /** Trades below it are out of the window of this gateway. */
  readonly oldest: number;

  constructor(number: number, gateway: Gateway, { oldest, offers }: Place) {
    this.number = number;
    this.resumeToken = offers ? 'a token' : undefined;
    this.gateway = gateway;
    this.oldest = oldest;
    gateway.connections.add(this);
  }

  send(message: RequestMessage): void {
    if (this.open) this.inbox.push(message);
  }

  close(): void {
    this.open = false;
    this.gateway.connections.delete(this);
  }

  begunAnew(): void {
    for (const channel of this.told.keys()) {
      this.told.set(channel, 0);
      this.outbox.push({ type: 'notice', code: 'hole', symbol: SYMBOL, channel, epoch: this.#epoch, msg: '' });
    }
  }

  flush(): void {
    for (const [channel, told] of this.told) {
      const last = this.gateway.reached.numbers[channel];
      if (last <= told) continue;
      this.told.set(channel, last);
      if (channel === 'trade') for (let n = told + 1; n <= last; n++) this.outbox.push(trade(n));
      else if (channel === 'quote') this.outbox.push(quote([told + 1, last], last));
      else if (told === 0) this.outbox.push(depth('l2_snapshot', [1, last], pairsOf(bookAt(last))));
      else this.outbox.push(depth('l2_update', [told + 1, last], difference(bookAt(told), bookAt(last))));
    }
  }

  /** Works off one message of the client. */
  work(): void {
    const message = this.inbox.shift();
    if (message === undefined) return;
    const { action, id } = message;
    if (action === 'resume') {
      const after: (() => void)[] = [];
      const results = message.positions.map((position: ResumePosition) => this.#resume(position, after));
      this.outbox.push({ type: 'success', action, id, msg: '', results, resumeToken: 'a token', sessionResumed: true });
      for (const run of after) run();
      return;
    }
    if (action !== 'subscribe' && action !== 'resync') throw new Error(`${action} was not expected`);
    const channels = (message.channels ?? []) as Channel[];
    const results = channels.map((channel) => this.#result(channel, this.gateway.reached.numbers[channel]));
    this.outbox.push({ type: 'success', action, id, msg: '', results });
    for (const channel of channels) this.#state(channel);
  }

  #resume({ channel: name, epoch, seq }: ResumePosition, after: (() => void)[]): SubscriptionResult {
    const channel = name as Channel;
    const now = this.gateway.reached.numbers[channel];
    if (channel !== 'trade' || epoch === '') {
      after.push(() => this.#state(channel));
      return { ...this.#result(channel, now), outcome: 'keyframe' };
    }
    const same = epoch === this.#epoch;
    const position = same ? seq : 0;
    const from = Math.max(position + 1, Math.min(this.oldest, now + 1));
    const lost: [number, number] | undefined = from > position + 1 ? [position + 1, from - 1] : undefined;
    this.told.set('trade', Math.max(now, from - 1));
    const head = { type: 'notice', code: 'hole', symbol: SYMBOL, channel: 'trade', msg: '' } as const;
    after.push(() => {
      if (!same) this.outbox.push({ ...head, epoch: this.#epoch });
      if (lost !== undefined) this.outbox.push({ ...head, range: lost });
      for (let n = from; n <= now; n++) this.outbox.push(trade(n));
    });
    const outcome = same && lost === undefined ? 'resumed' : 'hole';
    return { ...this.#result(channel, position), outcome, from, ...(lost !== undefined && { lost }) };
  }

  #state(channel: Channel): void {
    const last = this.gateway.reached.numbers[channel];
    this.told.set(channel, last);
    if (last === 0 || channel === 'trade') return;
    if (channel === 'quote') this.outbox.push(quote([last, last], last));
    else this.outbox.push(depth('l2_snapshot', [last, last], pairsOf(bookAt(last))));
  }

  #result(channel: Channel, seq: number): SubscriptionResult {
    return { symbol: SYMBOL, channel, ok: true, epoch: this.#epoch, seq, intervalMs: 0 };
  }

  get #epoch(): string {
    return `e${this.gateway.reached.epoch}`;
  }
}

type RequestMessage = Parameters<Connected['send']>[0];

function difference(before: ReadonlyMap<number, number>, after: ReadonlyMap<number, number>): number[] {
  const prices = new Set([...before.keys(), ...after.keys()]);
  return [...prices].filter((p) => before.get(p) !== after.get(p)).flatMap((p) => [p, after.get(p) ?? 0]);
}

/** The client, as its link would make it: connections one after the other, or two while it is moved. */
class World {
  readonly log: (Channel | 'epoch')[] = [];
  readonly gateways = [new Gateway(this.log), new Gateway(this.log)] as const;
  readonly told: [keyof ClientEvents, unknown][] = [];
  readonly upkeep: Upkeep;
  main: ModelConnection | undefined;
  next: ModelConnection | undefined;
  #connections = 0;
  /** The connection that everything was brought to: only one that is there is left for another. */
  #settled = 0;
  /** Epochs that the client was told of: it never goes back to a gateway that has not reached the newest. */
  #epoch = 1;

  constructor() {
    this.upkeep = new Upkeep({
      emit: (name, event) => this.told.push([name, event]),
      settled: ({ number }) => {
        this.#settled = number;
        if (this.next?.number !== number) return;
        const before = this.main;
        this.main = this.next;
        this.next = undefined;
        if (before !== undefined) this.#end(before);
      },
      random: () => 0,
      now: () => 0,
    });
    // A resume is several messages: for a while some channels are told by the one connection, some by the other.
    this.upkeep.limits({ pairs_per_message: 1 });
  }

  connect(at: 0 | 1, place: Place): void {
    if (this.main !== undefined) return;
    this.main = this.#new(at, place);
    this.upkeep.opened(this.main, false);
  }

  move(at: 0 | 1, place: Place): void {
    if (this.main?.number !== this.#settled || this.next !== undefined) return;
    this.next = this.#new(at, place);
    this.upkeep.opened(this.next, true);
  }

  cut(): void {
    const { main, next } = this;
    this.main = next;
    this.next = undefined;
    if (main !== undefined) this.#end(main);
  }

  cutNext(): void {
    const { next } = this;
    this.next = undefined;
    if (next !== undefined) this.#end(next);
  }

  deliver(which: 'main' | 'next', frames: number): void {
    const connection = which === 'main' ? this.main : (this.next ?? this.main);
    for (let n = 0; n < frames && connection?.open === true; n++) {
      const message = connection.outbox.shift();
      if (message === undefined) return;
      this.#epoch = Math.max(this.#epoch, connection.gateway.reached.epoch);
      this.upkeep.message(message, NO_TIMES, connection);
    }
  }

  #new(at: 0 | 1, place: Place): ModelConnection {
    let gateway: Gateway = this.gateways[at];
    if (gateway.reached.epoch < this.#epoch) gateway = this.gateways[1 - at]!;
    return new ModelConnection(++this.#connections, gateway, place);
  }

  #end(connection: ModelConnection): void {
    connection.close();
    this.upkeep.lost(connection);
    // The client gave it up.
    if (this.main?.open === false) this.cut();
  }

  events<K extends keyof ClientEvents>(name: K): ClientEvents[K][] {
    return this.told.filter(([kind]) => kind === name).map(([, event]) => event as ClientEvents[K]);
  }
}

const at = fc.constantFrom(0 as const, 1 as const);
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('log' as const), entry: fc.constantFrom(...CHANNELS) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('log' as const), entry: fc.constant('epoch' as const) }) },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('read' as const), at, entries: fc.integer({ min: 1, max: 6 }) }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('work' as const),
      which: fc.constantFrom('main' as const, 'next' as const),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('deliver' as const),
      which: fc.constantFrom('main' as const, 'next' as const),
      frames: fc.integer({ min: 1, max: 5 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('connect' as const, 'move' as const),
      at,
      oldest: fc.constantFrom(1, 1, 1, 6),
      offers: fc.constantFrom(true, true, true, false),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('cut' as const, 'cutNext' as const) }) },
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

async function settle(world: World): Promise<void> {
  world.connect(0, { oldest: 1, offers: true });
  for (let round = 0; round < 20; round++) {
    for (const gateway of world.gateways) gateway.read(world.log.length);
    for (const connection of [world.main, world.next]) for (let n = 0; n < 9; n++) connection?.work();
    world.deliver('main', 1_000);
    world.deliver('next', 1_000);
    await Promise.resolve();
  }
}

async function play(steps: readonly Step[]): Promise<World> {
  const world = new World();
  const body: RequestBody = { action: 'subscribe', symbols: [SYMBOL], channels: [...CHANNELS], intervalMs: 0 };
  const subscribed = world.upkeep.requests.ask(body);
  await settle(world);
  await subscribed;
  for (const each of steps) {
    switch (each.do) {
      case 'log':
        world.log.push(each.entry);
        break;
      case 'read':
        world.gateways[each.at].read(each.entries);
        break;
      case 'work':
        (each.which === 'main' ? world.main : world.next)?.work();
        break;
      case 'deliver':
        world.deliver(each.which, each.frames);
        break;
      case 'connect':
        world.connect(each.at, each);
        break;
      case 'move':
        world.move(each.at, each);
        break;
      case 'cut':
        world.cut();
        break;
      case 'cutNext':
        world.cutNext();
        break;
    }
    await Promise.resolve();
  }
  await settle(world);
  return world;
}

/** Numbers by epoch, as the log has them. */
const lastOf = (log: readonly string[], channel: string): number =>
  log.slice(log.lastIndexOf('epoch') + 1).filter((entry) => entry === channel).length;

test('however it is cut off and moved, each trade comes once, or is told missing, and states end right', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 80, size: 'max' }), async (steps) => {
      const world = await play(steps);
      // Numbers of trades, and of those told missing, of the newest epoch: after the last gap that began it.
      const trades: number[] = [];
      const missing: number[] = [];
      for (const [name, event] of world.told) {
        const gap = event as ClientEvents['gap'];
        if (name === 'trade') trades.push((event as ClientEvents['trade']).number!);
        if (name !== 'gap' || gap.channel !== 'trade') continue;
        if (gap.reason === 'epoch') {
          trades.length = 0;
          missing.length = 0;
        } else for (let n = gap.lost![0]; n <= gap.lost![1]; n++) missing.push(n);
      }
      // In order, none twice.
      expect(trades).toEqual([...new Set(trades)].sort((a, b) => a - b));
      const all = [...trades, ...missing].sort((a, b) => a - b);
      const offered = steps.every((each) => !('offers' in each) || each.offers);
      const last = lastOf(world.log, 'trade');
      // Who has to subscribe anew is told of another epoch that numbers began anew, and from where on it is told.
      const first = offered ? 1 : (all[0] ?? last + 1);
      expect(all).toEqual(Array.from({ length: last - first + 1 }, (_, i) => first + i));
      const kept = steps.every((each) => !('oldest' in each) || each.oldest === 1);
      if (offered && kept) expect(missing).toEqual([]);

      if (lastOf(world.log, 'quote') > 0)
        expect(world.events('quote').at(-1)?.range?.[1]).toBe(lastOf(world.log, 'quote'));
      const book = new Map(
        world.upkeep.subscriptions
          .book(SYMBOL, 'depth@20')!
          .bids()
          .map(([price, size]) => [Math.round(Number(price) * 100), Number(size)]),
      );
      const changes = lastOf(world.log, 'depth@20');
      if (changes > 0) expect(book).toEqual(bookAt(changes));
      expect(world.events('fault')).toEqual([]);
    }),
    { numRuns: 400 },
  );
});

test('without another epoch, the ranges of what is told follow each other, and the program can keep its own book', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        step.filter((each) => each.do !== 'log' || each.entry !== 'epoch'),
        { maxLength: 80, size: 'max' },
      ),
      async (steps) => {
        const world = await play(steps);
        const own = new Map<number, number>();
        for (const channel of ['quote', 'depth@20'] as const) {
          let position: number | undefined;
          for (const { range } of world.events(channel === 'quote' ? 'quote' : 'depth')) {
            // Nothing is told again, nothing is left out.
            if (position !== undefined) expect(range![0]).toBe(position + 1);
            position = range![1];
          }
        }
        for (const { snapshot, bids } of world.events('depth')) {
          if (snapshot) own.clear();
          for (const [price, size] of bids) {
            if (Number(size) === 0) own.delete(Math.round(Number(price) * 100));
            else own.set(Math.round(Number(price) * 100), Number(size));
          }
        }
        expect(own).toEqual(lastOf(world.log, 'depth@20') === 0 ? new Map() : bookAt(lastOf(world.log, 'depth@20')));
        expect(world.events('gap').filter(({ channel }) => channel !== 'trade')).toEqual([]);
      },
    ),
    { numRuns: 400 },
  );
});
