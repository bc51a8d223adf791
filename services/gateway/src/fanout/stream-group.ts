import type { Channel, InstrumentView, Sequence, Update } from '@tapecast/market';
import { type DataMessage, depthOf, type NoticeMessage, sequenceOf } from '@tapecast/wire';
import { HELD_UPDATES_MAX } from '../limits.ts';
import type { ToldTrades } from '../slow/told-trades.ts';
import type { PartitionCounts } from '../subscriptions/partition-ledger.ts';
import type { Client } from './client.ts';
import type { FlushContext } from './flush-context.ts';
import type { InstrumentFanout } from './instrument-fanout.ts';
import { INTERVALS_OFFERED_MS } from './intervals.ts';
import { kept, LiveMessages } from './live-messages.ts';
import { historyMessages, rememberedTrade, snapshotMessages, stateMessages } from './messages.ts';
import { type Pace, type Paces, paceIndexOf } from './paces.ts';
import { ShownFrames } from './shown-frames.ts';
import { pairOf } from './stream-list.ts';
import { StreamMembers } from './stream-members.ts';
import { StreamOutput } from './stream-output.ts';
import { ToldCut } from './told-cut.ts';

/**
 * One stream: an instrument's channel at an interval, and all who have it. Every update is encoded once for each way in which
 * somebody reads it. It exists while somebody has it. What they were told last is `told`; a new one is shown the state at
 * exactly that number, so that the next frame, which all share, applies to it.
 *
 * At interval 0 an update is encoded when it is applied, and leaves at the end of the loop turn. At the others applying only
 * notes that there is something: at the interval's flush one update is made of the state as it is then. Trades and final
 * bars are never merged: they wait, each for itself. A gateway that has too much to do may tell it more rarely: see `Paces`.
 */
export class StreamGroup {
  /** Names it to clients, and never anything else in the gateway's life. */
  readonly number: number;
  readonly channel: Channel;
  readonly sequence: Sequence;
  /** Index into INTERVALS_OFFERED_MS. */
  readonly interval: number;
  readonly instrument: InstrumentFanout;
  /** Its place among a client's streams. */
  readonly pair: number;
  readonly members: StreamMembers;
  /** Clients that have it: those that are told, that can't be told now, and that are about to come to it. */
  holds = 0;
  /** Of these, clients that are not told it now. */
  away = 0;
  /** `Fanout` has it in the list of its interval's flush, or in that of this turn. */
  marked = false;
  urgent = false;
  readonly #streams: PartitionCounts['streams'];
  readonly #deliveries: PartitionCounts['deliveries'];
  readonly #output: StreamOutput;
  readonly #paces: Paces;
  readonly #paceIndex: number;
  readonly #live: LiveMessages;
  /** Of a depth. */
  readonly #cut: ToldCut | undefined;
  #told: number;
  /** The number that the view was at when it was last looked at here. */
  #taken: number;
  /** Messages that were told since the last flush. */
  #unsent = 0;
  /** Some of what it took since it last told all was held up by degradation. */
  #slowed = false;
  /** Told later: trades, and bars of which only the newest change is told unless it was final. */
  #waiting: Update[] = [];

  /** `toldTrades` keeps what is told of trades for those who can't be told it now. */
  constructor(
    instrument: InstrumentFanout,
    channel: Channel,
    interval: number,
    number: number,
    paces: Paces,
    toldTrades: ToldTrades | undefined,
  ) {
    this.#paces = paces;
    this.#paceIndex = paceIndexOf(channel, interval);
    this.instrument = instrument;
    this.#streams = instrument.counts.streams;
    this.#deliveries = instrument.counts.deliveries;
    this.channel = channel;
    this.interval = interval;
    this.number = number;
    this.sequence = sequenceOf(channel);
    this.pair = pairOf(instrument.number, channel);
    this.members = new StreamMembers(this);
    this.#live = new LiveMessages(channel);
    const { view } = instrument;
    this.#told = view.seqs[this.sequence];
    this.#taken = this.#told;
    const ring = channel === 'trade' ? toldTrades?.ring(number, instrument.symbol) : undefined;
    this.#output = new StreamOutput(this, ring);
    this.#output.begin(snapshotMessages(view, channel).at(-1), this.#told);
    const levels = depthOf(channel);
    if (levels !== undefined) {
      this.#cut = new ToldCut(levels);
      this.#cut.take(view);
    }
  }

  get intervalMs(): number {
    return INTERVALS_OFFERED_MS[this.interval] as number;
  }

  /** The interval at which it is told for now, its own or a longer one, or `HELD`. */
  get pace(): Pace {
    return this.#paces.of(this.#paceIndex);
  }

  /** More waits than may: it is told although it is held. */
  get waitsTooLong(): boolean {
    return this.#waiting.length > HELD_UPDATES_MAX;
  }

  /** The number that everyone who has it is at. */
  get told(): number {
    return this.#told;
  }

  /** Numbers that it took, and that are neither told nor given up. */
  get waiting(): number {
    return this.#taken - this.#told;
  }

  /** Unix ms of the last frame to all: a client that hears from it needs no heartbeat. */
  get toldAtMs(): number {
    return this.#output.toldAtMs;
  }

  /** The view has just taken `update`, which is of this stream's sequence. */
  applied(view: InstrumentView, update: Update): void {
    this.#output.received(update.receivedAtUs);
    this.#take(update.last);
    const { pace } = this;
    if (pace !== 0) {
      if (pace !== this.interval) this.#slowed = true;
      if (this.channel === 'trade') this.#waiting.push(update);
      else if (update.body.kind === 'kline') this.#wait(update);
      return;
    }
    // Of a longer pace that ended just now.
    this.#tellWaiting();
    if (this.#cut !== undefined) this.#tellDepth(this.#cut, view, false);
    else if (this.channel === 'quote') this.#tell(this.#live.quote(view, this.#told + 1, update.last));
    else this.#tellUpdate(update);
  }

  /** The view was reached by other ways than updates. Clients are brought to it without a hole in what they are told. */
  adopted(view: InstrumentView, epochChanged: boolean): void {
    this.#tellWaiting();
    if (epochChanged) {
      const msg = `the numbers of ${this.channel} begin anew, with epoch ${view.epoch}`;
      const notice = { ...this.#hole(undefined, msg), epoch: view.epoch };
      this.instrument.noted(notice);
      this.#output.notice(notice, undefined, 0);
      this.#leave();
      this.#told = 0;
      this.#taken = 0;
    }
    const seq = view.seqs[this.sequence];
    if (seq <= this.#told) return;
    this.#take(seq);
    if (this.channel === 'trade') this.#tradesSince(view, seq);
    else {
      const messages = stateMessages(view, this.channel, [this.#told + 1, seq]);
      this.#counted(messages.length);
      this.#streams.merged_state += seq - this.#told - messages.length;
      for (const message of messages) this.#output.whole(message);
    }
    this.#cut?.take(view);
    this.#told = seq;
  }

  /** Encodes what is not yet, and sends everything. With `all` also what nobody would miss: then `told` is the view's number. */
  flush(context: FlushContext, all = false): void {
    // The last left it since something was noted: what is kept of trades now would be kept for nobody, and for good.
    if (this.holds === 0) return;
    const { view } = this.instrument;
    const seq = view.seqs[this.sequence];
    this.#tellWaiting();
    if (seq > this.#told) {
      if (this.#cut !== undefined) this.#tellDepth(this.#cut, view, all);
      else if (this.channel === 'quote') this.#tell(this.#live.quote(view, this.#told + 1, seq));
    }
    const clients = this.#output.flush(context);
    if (this.#unsent === 0) return;
    const deliveries = this.#deliveries;
    deliveries.delivered += this.#unsent * clients;
    if (this.away > 0) deliveries[this.channel === 'trade' ? 'held' : 'merged'] += this.#unsent * this.away;
    this.#unsent = 0;
  }

  /**
   * What a client that comes new is shown: the state as told. With `history`, trades before it; without, a trade only to those
   * who need it as a base of differences. Nothing of this turn may be pending.
   */
  shown(client: Client, history: boolean): DataMessage[] {
    if (this.channel !== 'trade') return this.#output.state();
    const trades = history ? historyMessages(this.instrument.view, this.#told) : [];
    return trades.length > 0 || client.json ? trades : this.#output.state();
  }

  /**
   * Brings a client that was told up to `from`, under that epoch, to where all others are, or as far as goes at once. Returns
   * the number that it is at. Nothing of this turn may be pending.
   */
  catchUp(client: Client, from: number, epoch: string, context: FlushContext): number {
    const messages: (DataMessage | NoticeMessage)[] = [];
    const current = this.instrument.view.epoch;
    const had = epoch === '' ? this.instrument.firstEpoch : epoch;
    let at = from;
    if (had !== current && had !== '') {
      const msg = `the numbers of ${this.channel} begin anew, with epoch ${current}`;
      messages.push({ ...this.#hole(undefined, msg), epoch: current });
      at = 0;
    }
    if (this.#told > at && this.channel !== 'trade')
      for (const message of this.#output.state()) messages.push({ ...message, range: [at + 1, this.#told] });
    new ShownFrames(this.number, messages).sendTo(client, context);
    if (this.channel !== 'trade' || this.#told <= at) return this.#told;
    const replayed = this.#output.replay(client, at, context);
    if (replayed !== undefined) {
      this.replayed(replayed.trades, replayed.lost);
      return replayed.at;
    }
    this.replayed(0, this.#told - at);
    const lost = this.#hole([at + 1, this.#told], 'these trades were not delivered');
    new ShownFrames(this.number, [lost, ...this.#output.state()]).sendTo(client, context);
    return this.#told;
  }

  /** Of trades: a client was told so many later than others, and that so many are lost. */
  replayed(trades: number, lost: number): void {
    this.#deliveries.replayed += trades;
    this.#deliveries.lost += lost;
  }

  /**
   * Of trades: a number above `from` and below `told` at which `catchUp` can begin without a loss; `told` where there is none.
   * Nothing of this turn may be pending.
   */
  reachedAfter(from: number, json: boolean): number {
    return this.#output.reachedAfter(from, json) ?? this.#told;
  }

  /** Whether `catchUp` from this number on loses nothing, for a client that has what was told up to there. */
  reaches(from: number, json: boolean): boolean {
    return from === this.#told || this.#output.reaches(from, json);
  }

  /** Shows one client the state as told; see `shown`. */
  show(client: Client, history: boolean, context: FlushContext): void {
    this.#output.show(client, history, context);
  }

  /** It is made anew for the next one. */
  forgetShown(): void {
    this.#output.forgetShown();
  }

  /** Whether what is told here next applies to what the other's clients have. Both are at one number. */
  continues(other: StreamGroup): boolean {
    return this.#output.continues(other.#output);
  }

  /** Nobody has it any more. */
  end(): void {
    this.#waiting = [];
    this.#leave();
    this.#output.end();
  }

  /** A bar that is not final yet is only told as it is at the flush. */
  #wait(update: Update): void {
    const last = this.#waiting.at(-1);
    const replaces = last !== undefined && sameOpenBar(last, update);
    if (replaces) this.#waiting[this.#waiting.length - 1] = update;
    else this.#waiting.push(update);
  }

  #tellWaiting(): void {
    if (this.#waiting.length === 0) return;
    for (const update of this.#waiting) this.#tellUpdate(update);
    this.#waiting = [];
  }

  #tellUpdate(update: Update): void {
    const message = this.#live.of(this.instrument.symbol, update, this.#told + 1);
    if (message !== undefined) this.#tell(message);
  }

  #tell(message: DataMessage): void {
    this.#reach((message.range as [number, number])[1]);
    this.#output.tell(message, message);
  }

  /** An update that leaves the cut as it was is told with the next that changes it, unless `all` has to be told. */
  #tellDepth(cut: ToldCut, view: InstrumentView, all: boolean): void {
    if (!all && this.#told > 0 && cut.same(view)) return;
    const message = this.#live.depth(view, this.#told + 1, view.seqs.depth);
    const forJson = !this.members.json ? message : this.#told === 0 ? kept(message) : cut.change(message);
    this.#reach(view.seqs.depth);
    this.#output.tell(message, forJson);
    cut.take(view);
  }

  /** Trades are never merged: those that the view remembers are told one by one, and what is missing before them as a hole. */
  #tradesSince(view: InstrumentView, seq: number): void {
    const told = this.#told;
    const untold = view.trades.filter((trade) => trade.seq > told);
    // They joined when there was no state, and trades are missing: they are shown its last ones as any new subscriber is.
    const as = told === 0 && untold[0]?.seq !== 1 ? 'history' : 'live';
    const firstLive = as === 'history' ? seq + 1 : (untold[0]?.seq ?? seq + 1);
    if (firstLive > told + 1) {
      const base = as === 'history' ? untold.at(-1) : undefined;
      const state = base && rememberedTrade(view.instrument, base, 'history');
      const notice = this.#hole([told + 1, firstLive - 1], 'these trades were not delivered');
      this.instrument.noted(notice);
      this.#output.notice(notice, state, firstLive - 1);
      this.#streams.lost += firstLive - 1 - told;
    }
    if (as === 'live') this.#counted(untold.length);
    for (const trade of untold) {
      const message = rememberedTrade(view.instrument, trade, as);
      if (as === 'live') this.#output.tell(message, message);
      else this.#output.shown(message);
    }
  }

  #take(last: number): void {
    this.#streams.taken += last - this.#taken;
    this.#taken = last;
  }

  #counted(messages: number): void {
    this.#streams.told += messages;
    this.#unsent += messages;
  }

  /** A message tells all up to `last`. */
  #reach(last: number): void {
    const merged = last - this.#told - 1;
    this.#counted(1);
    if (merged > 0) {
      const why = this.#slowed ? 'merged_degraded' : this.interval > 0 ? 'merged_interval' : 'merged_unchanged';
      this.#streams[why] += merged;
    }
    this.#told = last;
    if (this.#slowed && last >= this.#taken) this.#slowed = false;
  }

  /** What was not told is not told any more. */
  #leave(): void {
    this.#streams.left += this.waiting;
    this.#taken = this.#told;
  }

  #hole(range: [number, number] | undefined, msg: string): NoticeMessage {
    const symbol = this.instrument.symbol;
    const notice = { type: 'notice', code: 'hole', symbol, channel: this.channel, msg } as const;
    return range === undefined ? notice : { ...notice, range };
  }
}

function sameOpenBar(last: Update, next: Update): boolean {
  if (last.body.kind !== 'kline' || next.body.kind !== 'kline') return false;
  return !last.body.final && last.body.startMs === next.body.startMs;
}
