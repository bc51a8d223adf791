import type { Logger } from '@tapecast/service-kit';
import type { NoticeMessage } from '@tapecast/wire';
import type { Fanout } from '../fanout/fanout.ts';
import { HELD } from '../fanout/paces.ts';
import type { StreamGroup } from '../fanout/stream-group.ts';
import type { GatewayLimits } from '../limits.ts';
import type { Session } from '../protocol/session.ts';
import type { SessionMetrics } from './session-metrics.ts';
import type { Piece, TradeReplays } from './trade-replays.ts';

/** A stream that a client comes back to at a number of its own. It has joined it paused. */
export interface ResumedStream {
  readonly group: StreamGroup;
  /** Under which it has what it has. */
  epoch: string;
  /** The number up to which it has all. */
  at: number;
}

interface Item extends ResumedStream {
  /** It can be told differences: it has the trade at that number, or reads text. */
  based: boolean;
  pieces: Piece[];
  /** Its next trades could not be read. */
  unreadable: boolean;
  /** Unix ms since when it waits for the gateway to reach its number; undefined while it does not. */
  aheadSinceMs: number | undefined;
}

/** What is to be told to one client that came back. */
export class Resuming {
  items: Item[] = [];
  /** Streams in which the client has more than this gateway was told yet. */
  ahead: Item[] = [];
  reading = false;
  /** Positions that it counts for, until it is through. */
  readonly positions: number;

  constructor(positions: number) {
    this.positions = positions;
  }

  /** Its messages wait: an answer of now would come between trades of then. */
  get waits(): boolean {
    return this.items.length > 0;
  }
}

export interface ResumptionsOptions {
  fanout: Fanout;
  replays: TradeReplays;
  limits: GatewayLimits;
  metrics: SessionMetrics;
  logger: Logger;
  /** Wall time, Unix microseconds. */
  nowUs: () => number;
  /** All of a client's streams are at the present: what it asked for meanwhile can be answered. */
  through: (session: Session) => void;
  failed: (session: Session, error: unknown) => void;
  /** Calls back in a while. */
  after?: (ms: number, due: () => void) => void;
}

/** Between two looks whether the gateway has reached the number of a client that knew more. */
const AHEAD_POLL_MS = 10;
/** Of very many, so many in a ms: less often, so that looking takes a small part of the loop. */
const AHEAD_LOOKS_PER_MS = 50;

/**
 * Brings clients that came back from their own numbers to the present, stream by stream. Each stream was joined paused: nothing
 * of it is sent with others' frames. First come the trades between the client's number and one at which a block of the
 * stream's told trades ended, in pieces, as fast as the client reads; from there on it is a client that was away for a moment, and
 * `Fanout.resume` tells it the rest in one turn with its return among the others. So nothing can come between the two.
 */
export class Resumptions {
  readonly #options: ResumptionsOptions;
  readonly #active = new Set<Session>();
  readonly #ahead = new Set<Session>();
  #positions = 0;
  #polling = false;
  /** Time of this turn of the loop that was spent on those who come back, and who waits for the next. */
  #spentMs = 0;
  #queue = new Set<Session>();
  #scheduled = false;

  constructor(options: ResumptionsOptions) {
    this.#options = options;
  }

  /** Positions of all clients that are coming back. */
  get positions(): number {
    return this.#positions;
  }

  /** Makes room for the positions of a message; false where there is none. Given back with `leave`, or by `begin`'s end. */
  enter(positions: number): boolean {
    if (this.#positions > 0 && this.#positions + positions > this.#options.limits.resumePositionsMax) return false;
    this.#positions += positions;
    return true;
  }

  leave(positions: number): void {
    this.#positions -= positions;
  }

  /** Takes over the streams, and the positions that the message entered with. */
  begin(session: Session, streams: readonly ResumedStream[], positions: number): void {
    const before = session.resuming;
    const resuming = new Resuming(positions + (before?.positions ?? 0));
    // Of an earlier message, streams that wait for the gateway: unless they were left and come again.
    const again = new Set(streams.map(({ group }) => group));
    resuming.ahead = before?.ahead.filter(({ group }) => !again.has(group)) ?? [];
    const based = session.client.json;
    resuming.items = streams.map((stream) => ({
      ...stream,
      based,
      pieces: [],
      unreadable: false,
      aheadSinceMs: undefined,
    }));
    session.resuming = resuming;
    this.#active.add(session);
    this.#step(session, resuming);
  }

  /** It may be told more: its socket took something, or it is live again. */
  go(session: Session): void {
    if (session.resuming !== undefined) this.#step(session, session.resuming);
  }

  closed(session: Session): void {
    if (session.resuming === undefined) return;
    this.#end(session, session.resuming);
  }

  sweep(): void {
    for (const session of this.#active) {
      if ((session.resuming?.ahead.length ?? 0) > 0) this.#lookAgain(session);
      else this.go(session);
    }
  }

  #step(session: Session, resuming: Resuming): void {
    if (resuming.reading || session.resuming !== resuming) return;
    if (session.client.closed) {
      this.#end(session, resuming);
      return;
    }
    if (resuming.items.length > 0) {
      if (this.#spentMs >= this.#options.limits.catchUpTurnMs) {
        this.#queue.add(session);
        this.#schedule();
        return;
      }
      const beganMs = performance.now();
      try {
        session.client.socket.cork(() => this.#advance(session, resuming));
      } catch (error) {
        // What it was told now is not known: it can't be gone on with.
        this.#end(session, resuming);
        this.#options.failed(session, error);
        return;
      }
      this.#spentMs += performance.now() - beganMs;
      this.#schedule();
    }
    if (resuming.items.length > 0) return;
    if (resuming.ahead.length === 0) this.#end(session, resuming);
    // An instrument without a state may be long in coming: that is looked for with the sweep.
    else if (resuming.ahead.some(({ aheadSinceMs }) => aheadSinceMs !== undefined)) this.#watch(session);
    this.#options.through(session);
  }

  /** The time of this turn of the loop is over with it. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#spentMs = 0;
      const queue = this.#queue;
      this.#queue = new Set();
      for (const session of queue) this.go(session);
    });
  }

  #end(session: Session, resuming: Resuming): void {
    this.#active.delete(session);
    this.#ahead.delete(session);
    this.#queue.delete(session);
    resuming.items = [];
    resuming.ahead = [];
    if (session.resuming === resuming) session.resuming = undefined;
    this.leave(resuming.positions);
  }

  #advance(session: Session, resuming: Resuming): void {
    const { client } = session;
    for (;;) {
      const item = resuming.items[0];
      if (item === undefined || client.closed) return;
      if (session.slow?.waits === true || client.socket.getBufferedAmount() > this.#options.limits.caughtUpBytes)
        return;
      // It has left the stream meanwhile.
      const next = client.paused?.has(item.group) === true ? this.#next(session, item) : 'done';
      if (next === 'more') continue;
      if (next === 'done' || next === 'ahead') {
        resuming.items.shift();
        if (next === 'ahead') resuming.ahead.push(item);
        continue;
      }
      resuming.reading = true;
      // Owned here: a reading that fails is told as a hole, and nothing else can reject.
      void this.#pieces(item, next).then(() => {
        resuming.reading = false;
        this.#step(session, resuming);
      });
      return;
    }
  }

  /** Tells something of one stream. A promise where what comes next has to be read. */
  #next(session: Session, item: Item): 'more' | 'done' | 'ahead' | Promise<Piece[]> {
    const { fanout, nowUs, replays } = this.#options;
    const { client } = session;
    const { group } = item;
    fanout.flush();
    const { epoch } = group.instrument.view;
    // No state is known of it yet: what will be may be what the client has.
    if (epoch === '') return 'ahead';
    if (epoch !== item.epoch) {
      if (replays.mayFollow(group.instrument, item.epoch) && this.#mayCome(item)) return 'ahead';
      this.#tellHole(session, item, undefined, epoch);
      Object.assign(item, { epoch, at: 0, based: client.json, pieces: [] });
    }
    if (keepsQuiet(group, item.at)) fanout.tellAll(group);
    const { told } = group;
    if (told < item.at) {
      if (this.#mayCome(item)) return 'ahead';
      // There is no such number: what it has is of no numbering that is known here.
      this.#tellHole(session, item, undefined, epoch);
      item.at = 0;
      return group.channel === 'trade' ? this.#lose(session, item, told) : this.#show(session, item);
    }
    if (group.channel !== 'trade') return this.#show(session, item);
    const piece = item.pieces.shift();
    if (piece !== undefined) return this.#tellPiece(session, item, piece);
    if (item.at === told || (item.based && group.reaches(item.at, client.json))) return this.#joinOthers(session, item);
    if (replays.awaitsLog(group, item.at)) {
      item.aheadSinceMs ??= nowUs() / 1000;
      return 'ahead';
    }
    if (item.unreadable) return this.#lose(session, item, told);
    const pieces = replays.pieces(group, item.at, group.reachedAfter(item.at, client.json));
    if (pieces instanceof Promise) return pieces;
    item.pieces = pieces.slice();
    return pieces.length === 0 ? this.#lose(session, item, told) : 'more';
  }

  /** Where it had the number from, that was in the log: all that was there since then has to be read first. */
  #mayCome(item: Item): boolean {
    item.aheadSinceMs ??= this.#options.nowUs() / 1000;
    const { currentAtMs } = item.group.instrument;
    return currentAtMs === undefined || currentAtMs - item.aheadSinceMs < this.#options.limits.resumeAheadMs;
  }

  #tellPiece(session: Session, item: Item, piece: Piece): 'more' {
    const { fanout, metrics } = this.#options;
    if (piece.first > item.at + 1) this.#tellHole(session, item, [item.at + 1, piece.first - 1]);
    fanout.tellSingly((context) => piece.sendTo(session.client, context));
    const trades = piece.last - piece.first + 1;
    metrics.replayed(trades);
    item.group.replayed(trades, 0);
    item.at = piece.last;
    item.based = true;
    return 'more';
  }

  /** The rest is what others were told lately. */
  #joinOthers({ client }: Session, item: Item): 'more' | 'done' {
    const { fanout } = this.#options;
    const { group, epoch, at } = item;
    if (!item.based) fanout.show(client, [group], false);
    const [left] = fanout.resume(client, [{ group, epoch, told: at }]);
    if (left === undefined) return 'done';
    item.at = left.told;
    item.epoch = left.epoch;
    return 'more';
  }

  /** Its trades are not there any more. What others were told lately may be, and then says itself what is lost. */
  #lose(session: Session, item: Item, told: number): 'more' | 'done' {
    item.unreadable = false;
    if (item.group.reaches(item.at, session.client.json)) {
      this.#tellHole(session, item, [item.at + 1, told]);
      item.at = told;
      item.based = session.client.json;
    } else item.based = true;
    return this.#joinOthers(session, item);
  }

  #show({ client }: Session, { group, epoch, at }: Item): 'done' {
    const { fanout } = this.#options;
    // Whose numbers began anew is at 0: the state that it is told covers all from there on.
    if (at > 0) fanout.show(client, [group], false);
    fanout.resume(client, [{ group, epoch, told: at > 0 ? group.told : 0 }]);
    return 'done';
  }

  #tellHole({ client }: Session, { group }: Item, range: [number, number] | undefined, epoch?: string): void {
    if (range !== undefined && range[1] < range[0]) return;
    const { symbol } = group.instrument;
    const msg =
      range === undefined
        ? `the numbers of ${group.channel} begin anew, with epoch ${epoch}`
        : 'these trades are not kept any more';
    const notice: NoticeMessage = { type: 'notice', code: 'hole', symbol, channel: group.channel, msg };
    client.tell(
      { ...notice, ...(range === undefined ? { epoch: epoch as string } : { range }) },
      this.#options.nowUs(),
    );
    if (range === undefined) return;
    const lost = range[1] - range[0] + 1;
    this.#options.metrics.lost(lost);
    group.replayed(0, lost);
  }

  /** What was read, or that nothing was: then all up to the present is lost. */
  async #pieces(item: Item, reading: Promise<Piece[]>): Promise<void> {
    try {
      item.pieces = (await reading).slice();
    } catch (error) {
      item.pieces = [];
      const { symbol } = item.group.instrument;
      this.#options.logger.warn({ event: 'replay_failed', symbol, error: String(error) });
    }
    item.unreadable = item.pieces.length === 0;
  }

  #watch(session: Session): void {
    this.#ahead.add(session);
    if (this.#polling) return;
    this.#polling = true;
    const after = this.#options.after ?? ((ms, due) => void setTimeout(due, ms).unref());
    after(AHEAD_POLL_MS + this.#ahead.size / AHEAD_LOOKS_PER_MS, () => {
      this.#polling = false;
      for (const one of [...this.#ahead]) this.#lookAgain(one);
    });
  }

  #lookAgain(session: Session): void {
    this.#ahead.delete(session);
    const { resuming } = session;
    if (resuming === undefined) return;
    resuming.items.push(...resuming.ahead);
    resuming.ahead = [];
    this.#step(session, resuming);
  }
}

/**
 * The number is known here, but the stream's clients are not told it: a cut that stayed as it was, or a stream that is held back
 * because there is too much to do. One that waits for its interval is told soon.
 */
const keepsQuiet = ({ channel, told, sequence, instrument, marked, pace }: StreamGroup, at: number): boolean =>
  channel !== 'trade' && told < at && instrument.view.seqs[sequence] >= at && (!marked || pace === HELD);
