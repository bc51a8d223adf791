import type { NoticeMessage, StatusMessage } from '@tapecast/wire';
import type { ToldTrades } from '../slow/told-trades.ts';
import type { Client } from './client.ts';
import { type CohortLimits, Cohorts } from './cohorts.ts';
import { type CompressionCounts, type CompressionLimits, FrameCompression } from './compression.ts';
import type { FlushContext } from './flush-context.ts';
import { FlushTable } from './flush-table.ts';
import { FrameWriter } from './frame-writer.ts';
import type { FlushQueue, InstrumentFanout, ObserveHops } from './instrument-fanout.ts';
import { IntervalMoves, type Move } from './interval-moves.ts';
import { INTERVALS_OFFERED_MS, IntervalTimer, type Timers } from './intervals.ts';
import { OutboxWriter } from './outbox-writer.ts';
import { HELD, Paces } from './paces.ts';
import { StatusPass } from './status-pass.ts';
import type { StreamGroup } from './stream-group.ts';

export interface FanoutOptions {
  /** Wall time, Unix microseconds. */
  nowUs: () => number;
  timers: Timers;
  limits: CohortLimits & CompressionLimits & { readonly messagesPerFrameMax: number };
  observe: ObserveHops;
  delivered: FlushContext['delivered'];
  encoded: FlushContext['encoded'];
  /** Counts frames that were compressed. */
  compressed: CompressionCounts;
  /** Keeps trades for clients that are paused; without it they are told a hole. */
  toldTrades?: ToldTrades;
  replayed?: FlushContext['replayed'];
  /** Is given what is told to all who have a stream or an instrument, but for data. */
  noted?: (message: NoticeMessage | StatusMessage) => void;
  /** What an instrument tells could not be made into frames: its clients see a hole in their ranges. */
  failed: (symbol: string, error: unknown) => void;
}

/** Where a client is that is not told a stream for now. */
export interface PausedPosition {
  readonly group: StreamGroup;
  readonly epoch: string;
  readonly told: number;
}

/**
 * Sends what changed. What is told at once leaves at the end of the loop turn in which it was applied, so that the partitions
 * of one fetch leave together, one write a client; what is told at an interval leaves with all others of that interval.
 *
 * Whoever adds a client to a stream calls `flush` first: the shown state is then the one that all others have.
 */
export class Fanout implements FlushQueue {
  readonly paces = new Paces();
  /** Time spent in flushes, all together. */
  flushedMs = 0;
  readonly #options: FanoutOptions;
  /** Streams with something to tell, by pace. */
  readonly #marked: StreamGroup[][] = INTERVALS_OFFERED_MS.map(() => []);
  readonly #timers: (IntervalTimer | undefined)[];
  readonly #moves = new IntervalMoves();
  readonly #statuses = new StatusPass();
  readonly #cohorts: Cohorts;
  /** Those that are told nothing for now. */
  #held: StreamGroup[] = [];
  #urgent: StreamGroup[] = [];
  /** Streams that keep what single clients were shown of them. */
  readonly #shown = new Set<StreamGroup>();
  #instruments: InstrumentFanout[] = [];
  #scheduled = false;
  readonly #context: FlushContext;
  readonly #flushNow = (): void => this.flush();

  constructor(options: FanoutOptions) {
    this.#options = options;
    const compression = new FrameCompression(options.limits, options.compressed);
    this.#context = {
      frames: new FrameWriter(options.limits.messagesPerFrameMax, (marked, clients) =>
        compression.compress(marked, clients),
      ),
      nowUs: 0,
      table: new FlushTable(),
      outbox: new OutboxWriter(),
      unwritten: (client, error) => {
        client.dropped = true;
        options.failed('what one client is told', error);
      },
      delivered: options.delivered,
      encoded: options.encoded,
      replayed: options.replayed ?? (() => {}),
      noted: options.noted ?? (() => {}),
    };
    this.#cohorts = new Cohorts(options.limits);
    const nowMs = (): number => options.nowUs() / 1000;
    this.#timers = INTERVALS_OFFERED_MS.map((intervalMs, index) =>
      intervalMs === 0 ? undefined : new IntervalTimer(index, options.timers, nowMs, () => this.#flushInterval(index)),
    );
  }

  noted(message: NoticeMessage): void {
    this.#options.noted?.(message);
  }

  get toldTrades(): ToldTrades | undefined {
    return this.#options.toldTrades;
  }

  /** All clients that there are: who is told statuses is found among them. */
  reaches(clients: Iterable<Client>): void {
    this.#statuses.reaches(clients);
  }

  mark(group: StreamGroup): void {
    if (group.marked) return;
    group.marked = true;
    const { pace } = group;
    if (pace === HELD) {
      this.#held.push(group);
      return;
    }
    this.#marked[pace]?.push(group);
    const timer = this.#timers[pace];
    if (timer === undefined) this.#schedule();
    else timer.arm();
  }

  markUrgent(group: StreamGroup): void {
    if (group.urgent) return;
    group.urgent = true;
    this.#urgent.push(group);
    this.#schedule();
  }

  failed(symbol: string, error: unknown): void {
    this.#options.failed(symbol, error);
  }

  markInstrument(instrument: InstrumentFanout): void {
    if (instrument.marked) return;
    instrument.marked = true;
    this.#instruments.push(instrument);
    this.#schedule();
  }

  /** Sends all that is told at once: what is encoded waits for no longer than this turn. */
  flush(): void {
    this.#scheduled = false;
    const now = this.#marked[0] as StreamGroup[];
    if (this.#instruments.length === 0 && now.length === 0 && this.#urgent.length === 0) return;
    const begunAt = performance.now();
    const { nowUs } = this.#begin();
    const instruments = this.#instruments;
    this.#instruments = [];
    this.#tellStatuses(instruments);
    for (const group of this.#urgent) {
      group.urgent = false;
      this.#flushStream(group);
    }
    this.#urgent.length = 0;
    for (const group of now) {
      group.marked = false;
      this.#flushStream(group);
    }
    now.length = 0;
    this.#deliver();
    for (const instrument of instruments) instrument.observed(this.#options.observe, nowUs);
    this.flushedMs += performance.now() - begunAt;
  }

  /** Adds the client to the stream at the number it is at: only after `flush`. */
  join(client: Client, instrument: InstrumentFanout, channel: StreamGroup['channel'], interval: number): StreamGroup {
    const group = instrument.hold(channel, interval);
    this.#cohorts.changes(client);
    client.streams.put(group);
    group.members.join(client.alone);
    // What it is shown may be long past.
    if (group.pace === HELD) this.markUrgent(group);
    return group;
  }

  /**
   * The client has the stream from now on, at a number of its own: it is told nothing of it until `resume`. Only after `flush`.
   */
  joinPaused(
    client: Client,
    instrument: InstrumentFanout,
    channel: StreamGroup['channel'],
    interval: number,
  ): StreamGroup {
    const group = instrument.hold(channel, interval);
    this.#cohorts.changes(client);
    client.streams.put(group);
    client.paused ??= new Set();
    client.paused.add(group);
    group.away++;
    return group;
  }

  /** The client has nothing of the stream any more. False where it had not. */
  leave(client: Client, group: StreamGroup): boolean {
    if (client.streams.find(group.pair) !== group) return false;
    this.#cohorts.changes(client);
    group.members.leave(client.alone);
    client.streams.remove(group);
    if (client.paused?.delete(group)) group.away--;
    const move = this.#moves.cancel(client, group);
    if (move !== undefined) move.to.instrument.release(move.to);
    group.instrument.release(group);
    return true;
  }

  /** The client's connection closed, and it has left its streams. */
  closed(client: Client): void {
    this.#cohorts.closed(client);
  }

  /** A few times a second: clients with the same streams are told as one, and what only joiners need is let go. */
  sweep(): void {
    this.#cohorts.sweep();
    if (this.#held.length > 0) this.#sweepHeld();
    for (const group of this.#shown) group.forgetShown();
    this.#shown.clear();
  }

  /** From now on streams are told at these paces. Nothing of this turn is left when they change, and ranges stay whole. */
  pace(fastest: Parameters<Paces['set']>[0]): void {
    this.flush();
    this.paces.set(fastest);
    const held = this.#held;
    this.#held = [];
    this.#markAgain(held);
    for (let pace = 0; pace < this.#marked.length; pace++) {
      const groups = this.#marked[pace] as StreamGroup[];
      const others = groups.filter((group) => group.pace !== pace);
      if (others.length === 0) continue;
      this.#marked[pace] = groups.filter((group) => group.pace === pace);
      this.#markAgain(others);
    }
  }

  /** Cohorts that there are, and clients in them. */
  get cohorts(): { readonly size: number; readonly clients: number } {
    return this.#cohorts;
  }

  /** The interval's stream that the client has, or goes to soon. */
  target(client: Client, group: StreamGroup): StreamGroup {
    return this.#moves.target(client, group);
  }

  /** The client goes to another interval as soon as both streams are at one number. Returns the stream that it goes to. */
  changeInterval(client: Client, from: StreamGroup, interval: number): StreamGroup {
    const target = this.#moves.target(client, from);
    if (target.interval === interval) return target;
    const move = this.#moves.cancel(client, from);
    if (move !== undefined) move.to.instrument.release(move.to);
    if (from.interval === interval) return from;
    const to = from.instrument.hold(from.channel, interval);
    this.#moves.add(client, from, to);
    this.mark(to.interval > from.interval ? to : from);
    return to;
  }

  /**
   * Takes a client off all its streams: nothing but control messages is written to it from now on. Returns where it is in each
   * that it was told until now.
   */
  pause(client: Client): PausedPosition[] {
    this.flush();
    this.#cohorts.changes(client);
    const positions: PausedPosition[] = [];
    // Nothing would be resumed, which ends it.
    if (client.streams.size === 0) return positions;
    client.paused ??= new Set();
    for (const group of client.streams) {
      if (client.paused.has(group)) continue;
      client.paused.add(group);
      group.away++;
      group.members.leave(client.alone);
      positions.push({ group, epoch: group.instrument.view.epoch, told: group.told });
    }
    return positions;
  }

  /**
   * Brings a paused client to the present in these streams, and has it told again what is new of them. Gives back where more
   * is to be told than goes at once: there it stays paused.
   */
  resume(client: Client, positions: readonly PausedPosition[]): PausedPosition[] {
    this.flush();
    this.#begin();
    const left: PausedPosition[] = [];
    for (const { group, epoch, told } of positions) {
      // It may have left the stream meanwhile.
      if (client.paused?.has(group) !== true) continue;
      const at = group.catchUp(client, told, epoch, this.#context);
      if (at < group.told) left.push({ group, epoch: group.instrument.view.epoch, told: at });
      else {
        client.paused.delete(group);
        group.away--;
        group.members.join(client.alone);
      }
    }
    if (client.paused?.size === 0) {
      client.paused = undefined;
      this.#cohorts.changes(client);
    }
    this.#drain();
    return left;
  }

  /** Tells a stream's clients all up to the view's numbers, also what they would not miss: a cut that stayed as it was. */
  tellAll(group: StreamGroup): void {
    this.flush();
    this.#begin();
    this.#flushStream(group, true);
    this.#deliver();
  }

  /** Writes to single clients what `write` gives them. */
  tellSingly(write: (context: FlushContext) => void): void {
    write(this.#begin());
    this.#drain();
  }

  /** Shows one client the state of streams. Nothing may be pending. */
  show(client: Client, groups: Iterable<StreamGroup>, history: boolean): void {
    this.#begin();
    for (const group of groups) {
      this.#shown.add(group);
      this.#each(group, () => group.show(client, history, this.#context));
    }
    this.#drain();
  }

  #markAgain(groups: readonly StreamGroup[]): void {
    for (const group of groups) {
      group.marked = false;
      if (group.holds > 0) this.mark(group);
    }
  }

  /** Those that ended are forgotten; one with too much that waits is told once. */
  #sweepHeld(): void {
    this.#held = this.#held.filter(({ holds }) => holds > 0);
    for (const group of this.#held) if (group.waitsTooLong) this.markUrgent(group);
  }

  #flushInterval(interval: number): void {
    const groups = this.#marked[interval] as StreamGroup[];
    this.#marked[interval] = [];
    const begunAt = performance.now();
    this.#begin();
    const moves: Move[] = [];
    for (const group of groups) {
      group.marked = false;
      const ready = this.#readyMoves(group);
      this.#flushStream(group, ready.length > 0);
      for (const move of ready) this.#flushStream(move.from === group ? move.to : move.from, true);
      moves.push(...ready);
    }
    this.#deliver();
    for (const move of moves) this.#make(move);
    this.flushedMs += performance.now() - begunAt;
  }

  /** Who is told nothing for now can't be brought over: they are looked at again at the next flush, and cost others nothing. */
  #readyMoves(slower: StreamGroup): Move[] {
    const ready: Move[] = [];
    for (const move of this.#moves.waitingFor(slower)) {
      if (move.client.paused?.has(move.from)) this.mark(slower);
      else ready.push(move);
    }
    return ready;
  }

  #make(move: Move): void {
    const { client, from, to } = move;
    const alike = client.json || to.continues(from);
    this.#cohorts.changes(client);
    this.#moves.make(move);
    if (!alike) this.show(client, [to], false);
  }

  #deliver(): void {
    try {
      this.#context.table.deliver(this.#context);
    } catch (error) {
      this.#options.failed('delivery', error);
    }
  }

  #flushStream(group: StreamGroup, all = false): void {
    this.#each(group, () => group.flush(this.#context, all));
  }

  #each(group: StreamGroup, act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#options.failed(group.instrument.symbol, error);
    }
  }

  #tellStatuses(instruments: readonly InstrumentFanout[]): void {
    for (const instrument of instruments) instrument.marked = false;
    try {
      this.#statuses.tell(instruments, this.#context);
    } catch (error) {
      this.#options.failed('statuses', error);
    }
    // Before the data of this flush, also where that is published.
    this.#drain();
  }

  #begin(): FlushContext {
    this.#context.nowUs = this.#options.nowUs();
    return this.#context;
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(this.#flushNow);
  }

  #drain(): void {
    this.#context.outbox.drain(this.#context);
  }
}
