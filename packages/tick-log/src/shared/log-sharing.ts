import { setTimeout as delay } from 'node:timers/promises';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { sizeOf } from '../check-batches.ts';
import type { LogReader, TickLog, Topic } from '../contract.ts';
import { TickLogError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import type { FromThread, SharedLogAccess, ToThread } from './messages.ts';
import { type FeedEvent, packEvents } from './packed-events.ts';

/** One thread's reader. */
interface Seat {
  port: MessagePort;
  from: readonly (number | 'earliest' | 'end')[];
  handled: Int32Array;
  /** Bytes given to it, counted around as `handled` is. */
  given: number;
  open: boolean;
}

/** Readers of all threads that share one of ours. */
interface Round {
  number: number;
  topic: Topic;
  seats: Map<number, Seat>;
  reader: LogReader | undefined;
  closed: boolean;
  /** Not yet posted; what comes in one turn goes in one buffer. */
  events: FeedEvent[];
  /** There while a thread has too much. */
  room: Promise<void> | undefined;
}

/**
 * One log for several threads: what is read is fetched and decompressed once, here, put into shared memory once, and told to
 * each thread, whose `openSharedTickLog` reads it. The first readers of all threads share one reader of ours, their second
 * ones another, and so on: reading begins when each thread has asked for it, at the lowest of their positions.
 */
export class LogSharing {
  readonly #log: TickLog;
  readonly #threads: number;
  readonly #ports: MessagePort[] = [];
  readonly #rounds = new Map<number, Round>();
  #closed = false;

  constructor(log: TickLog, threads: number) {
    this.#log = log;
    this.#threads = threads;
    void log.failed.then((error) => {
      const code = error instanceof TickLogError ? error.code : 'handler_failed';
      for (const port of this.#ports) post(port, { kind: 'failed', code, message: error.message });
    });
  }

  /** For the next thread. */
  access(): SharedLogAccess {
    const { port1, port2 } = new MessageChannel();
    const thread = this.#ports.push(port1) - 1;
    port1.on('message', (message: FromThread) => this.#take(thread, port1, message));
    return { port: port2, partitions: this.#log.partitions, generation: this.#log.generation };
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const port of this.#ports) port.close();
    await Promise.all([...this.#rounds.values()].map((round) => this.#end(round)));
  }

  #take(thread: number, port: MessagePort, message: FromThread): void {
    switch (message.kind) {
      case 'offsets':
        void this.#answer(port, message.ask, async () => ({
          kind: 'offsets',
          ask: message.ask,
          offsets: await this.#log.offsets(message.topic),
        }));
        return;
      case 'offsets_at':
        void this.#answer(port, message.ask, async () => ({
          kind: 'offsets_at',
          ask: message.ask,
          offsets: await this.#log.offsetsAt(message.topic, message.atMs),
        }));
        return;
      case 'read':
        this.#join(thread, port, message);
        return;
      case 'closed': {
        const round = this.#rounds.get(message.reader);
        const seat = round?.seats.get(thread);
        if (round === undefined || seat === undefined) return;
        seat.open = false;
        if ([...round.seats.values()].some(({ open }) => open)) return;
        this.#own(this.#end(round));
      }
    }
  }

  /** Never rejects: what goes wrong is the answer. */
  async #answer(port: MessagePort, ask: number, answer: () => Promise<ToThread>): Promise<void> {
    try {
      post(port, await answer());
    } catch (error) {
      const code = error instanceof TickLogError ? error.code : 'unreachable';
      post(port, { kind: 'refused', ask, code, message: error instanceof Error ? error.message : String(error) });
    }
  }

  #join(thread: number, port: MessagePort, { reader, topic, from, handled }: FromThread & { kind: 'read' }): void {
    let round = this.#rounds.get(reader);
    if (round === undefined) {
      round = {
        number: reader,
        topic,
        seats: new Map(),
        reader: undefined,
        closed: false,
        events: [],
        room: undefined,
      };
      this.#rounds.set(reader, round);
    }
    round.seats.set(thread, { port, from, handled: new Int32Array(handled), given: 0, open: true });
    if (round.seats.size === this.#threads) this.#own(this.#begin(round));
  }

  async #begin(round: Round): Promise<void> {
    const { topic, seats } = round;
    const named = [...seats.values()].some(({ from }) => from.some((one) => typeof one === 'string'));
    const offsets = named ? await this.#log.offsets(topic) : [];
    const lowest: number[] = [];
    for (const { port, from } of seats.values()) {
      const numbers = from.map((one, partition) =>
        typeof one === 'number' ? one : (offsets[partition]?.[one === 'end' ? 'end' : 'oldest'] ?? 0),
      );
      numbers.forEach((number, partition) => {
        lowest[partition] = Math.min(lowest[partition] ?? number, number);
      });
      post(port, { kind: 'begin', reader: round.number, from: numbers });
    }
    const reader = await this.#log.read({
      topic,
      from: (partition) => lowest[partition] as number,
      onRecords: (partition, records, end) => {
        this.#tell(round, { kind: 'records', partition, records, end });
        let bytes = 0;
        for (const { key, value } of records) bytes += sizeOf(key, value);
        for (const seat of seats.values()) if (seat.open) seat.given = (seat.given + bytes) | 0;
        if (!isBehind(round)) return undefined;
        round.room ??= this.#room(round);
        return round.room;
      },
      onGap: (gap) => this.#tell(round, { kind: 'gap', gap }),
      onEnd: (partition, end) => this.#tell(round, { kind: 'end', partition, end }),
    });
    round.reader = reader;
    // All threads were gone again before it was there.
    if (round.closed) await reader.close();
  }

  /** What one fetch brought is told by it in one turn of the loop, partition by partition: it leaves together. */
  #tell(round: Round, event: FeedEvent): void {
    round.events.push(event);
    if (round.events.length === 1) queueMicrotask(() => this.#post(round));
  }

  #post(round: Round): void {
    const buffer = packEvents(round.number, round.events);
    round.events = [];
    if (this.#closed) return;
    for (const { port, open } of round.seats.values()) if (open) post(port, buffer);
  }

  async #room(round: Round): Promise<void> {
    while (isBehind(round) && !this.#closed && !round.closed) await delay(LIMITS.sharedRoomPollMs);
    round.room = undefined;
  }

  async #end(round: Round): Promise<void> {
    round.closed = true;
    await round.reader?.close();
  }

  /** What fails here but for closing is a mistake of ours: it ends the process, as it does in the log itself. */
  #own(work: Promise<void>): void {
    work.catch((error: Error) => {
      if (this.#closed) return;
      for (const port of this.#ports) post(port, { kind: 'failed', code: 'handler_failed', message: error.message });
    });
  }
}

const isBehind = ({ seats }: Round): boolean => {
  for (const { open, given, handled } of seats.values())
    if (open && ((given - Atomics.load(handled, 0)) | 0) > LIMITS.sharedUnhandledBytesMax) return true;
  return false;
};

const post = (port: MessagePort, message: ToThread): void => port.postMessage(message);
