import {
  type Channel,
  type ControlMessage,
  type DataMessage,
  ERROR_CODES,
  isData,
  type NamedLimits,
  type NoticeMessage,
  parseChannel,
  type SubscriptionResult,
  type SuccessMessage,
} from '@tapecast/wire';
import type { Attempt } from './attempt.ts';
import type { FrameTimes } from './data-events.ts';
import type { ResumedEvent } from './events.ts';
import { PAIRS_PER_MESSAGE, RESUBSCRIBE_AFTER_MS, SYMBOLS_PER_MESSAGE } from './limits.ts';
import { Requests } from './requests.ts';
import { groupWanted, type MessageBounds, type Refusal, refusals } from './resubscribe.ts';
import { Resumption } from './resumption.ts';
import type { Emit } from './subscription.ts';
import { type CameBack, Subscriptions, type Wanted } from './subscriptions.ts';

/** What the upkeep needs of a connection. */
export type Connected = Pick<Attempt, 'number' | 'resumeToken' | 'send' | 'close'>;

export interface UpkeepOptions {
  emit: Emit;
  /** What is held was brought to this connection: one before it is not needed any more. */
  settled(connection: Connected): void;
  /** Numbers in [0, 1). */
  random: () => number;
  /** Milliseconds of a clock that moves on. */
  now: () => number;
}

/** 1006: as a connection that never answered. */
const NO_ANSWER = 1006;

/** `asked`: messages whose answers are still to come. */
type Tally = Record<CameBack, number> & { moved: boolean; asked: number };

interface Coming {
  readonly connection: Connected;
  readonly resumption: Resumption;
  /** It was answered in part. */
  begun: boolean;
  /** What it does not give, and what it gives though the program does not want it any more: settled once it is there. */
  readonly refused: SubscriptionResult[];
  readonly unwanted: Wanted[];
}

/** Keeps what the program holds subscribed on whichever connection there is, and tells what became of it. Knows no socket. */
export class Upkeep {
  readonly #options: UpkeepOptions;
  readonly requests = new Requests();
  readonly #subscriptions: Subscriptions;
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  readonly #toResync: Wanted[] = [];
  #bounds: MessageBounds = { symbols: SYMBOLS_PER_MESSAGE, pairs: PAIRS_PER_MESSAGE };
  /** The connection that requests go to. */
  #connection: Connected | undefined;
  /** What the session of the client is resumed with. */
  #token: string | undefined;
  /** Another connection that is being brought to where the client stands. */
  #coming: Coming | undefined;
  #lostAt: number | undefined;
  /** What became of the subscriptions on the connection that came last; undefined where all was told. */
  #tally: Tally | undefined;
  /** What the connection said of the pace at which it tells. */
  #merged = false;
  #degraded = false;

  constructor(options: UpkeepOptions) {
    this.#options = options;
    this.#subscriptions = new Subscriptions(options.emit, (wanted) => this.#resyncSoon(wanted));
  }

  get subscriptions(): Pick<Subscriptions, 'book'> {
    return this.#subscriptions;
  }

  limits(limits: NamedLimits): void {
    this.#bounds = {
      symbols: limitOf(limits, 'symbols_per_message', SYMBOLS_PER_MESSAGE),
      pairs: limitOf(limits, 'pairs_per_message', PAIRS_PER_MESSAGE),
    };
  }

  /** Requests may go. `moving`: the connection before is still there, and tells on until this one does. */
  opened(connection: Connected, moving: boolean): void {
    const positions = this.#subscriptions.positions();
    this.#tally = positions.length === 0 ? undefined : newTally(moving);
    if (positions.length === 0 || connection.resumeToken === undefined) {
      this.#token = connection.resumeToken;
      this.#arrived(connection, [], []);
      return;
    }
    // What the program asks meanwhile waits, so that it is the last word, and is said on the connection that stays.
    this.requests.hold();
    const resumption = new Resumption({
      token: this.#token,
      positions,
      bounds: this.#bounds,
      random: this.#options.random,
      send: (message) => connection.send(message),
      onResults: (results) => this.#resumed(results, coming),
      onSilent: () => connection.close(NO_ANSWER, 'no answer to resume'),
      onDone: (token) => {
        this.#coming = undefined;
        this.#token = token ?? connection.resumeToken;
        this.#arrived(connection, coming.refused, coming.unwanted);
      },
    });
    const coming: Coming = { connection, resumption, begun: false, refused: [], unwanted: [] };
    this.#coming = coming;
    resumption.begin();
  }

  /** The connection is gone, whether or not it ever came in. */
  lost(connection: Connected): void {
    const { number } = connection;
    this.#subscriptions.connectionEnded(number);
    const coming = this.#coming;
    if (coming?.connection.number === number) {
      coming.resumption.end();
      this.#coming = undefined;
      this.requests.goOn();
      // Some of what is held was told by it already, and is not by the one before: a third is to be told where all stands.
      if (coming.begun) this.#connection?.close(NO_ANSWER, 'the connection that took over is gone');
    }
    if (this.#connection?.number !== number) return;
    this.#connection = undefined;
    this.#lostAt ??= this.#options.now();
    this.requests.connectionEnded();
    this.#clearTimers();
    this.#paceForgotten();
  }

  /** No connection will come any more. */
  end(): void {
    this.#coming?.resumption.end();
    this.#clearTimers();
  }

  message(message: ControlMessage | DataMessage, times: FrameTimes, connection: Connected): void {
    const { number } = connection;
    if (isData(message)) {
      this.#subscriptions.data(message, times, number);
      return;
    }
    switch (message.type) {
      case 'success':
        if (this.#coming?.connection.number === number && this.#coming.resumption.answered(message)) return;
        this.#applyResults(message, number);
        this.requests.settle(message.id, message);
        return;
      case 'error':
        if (this.#coming?.connection.number === number && this.#coming.resumption.answered(message)) return;
        this.requests.settle(message.id, message);
        return;
      case 'pong':
        this.requests.settle(message.id, message);
        return;
      case 'status':
        this.#subscriptions.status(message, number);
        this.#options.emit('status', message);
        return;
      case 'notice':
        this.#notice(message, connection);
        return;
      case 'hello':
      case 'heartbeat':
        return;
    }
  }

  baseless(symbol: string, channel: Channel, connection: Connected): void {
    this.#subscriptions.baseless(symbol, channel, connection.number);
  }

  lostMessages(connection: Connected): void {
    this.#subscriptions.connectionLostMessages(connection.number);
  }

  /** A renewed token does not allow these any more. */
  takenAway(results: readonly SubscriptionResult[]): void {
    for (const { symbol, channel, code = 'forbidden', msg = '' } of results) this.#rejected(symbol, channel, code, msg);
  }

  #resumed(results: readonly SubscriptionResult[], coming: Coming): void {
    const { connection, refused, unwanted } = coming;
    coming.begun = true;
    for (const result of results) {
      if (!result.ok) {
        refused.push(result);
        continue;
      }
      const cameBack = this.#subscriptions.resumed(result, connection.number);
      const { symbol, channel, intervalMs = 0 } = result;
      if (cameBack !== false) this.#count(cameBack);
      // The session had it, and the program gave it up while nobody could be told.
      else unwanted.push({ symbol, channel: channel as Channel, intervalMs });
    }
  }

  /** The connection has what could be resumed: what is missing there is subscribed, and requests go to it from now on. */
  #arrived(connection: Connected, refused: readonly SubscriptionResult[], unwanted: readonly Wanted[]): void {
    if (this.#connection !== undefined) {
      this.requests.connectionEnded();
      this.#clearTimers();
      this.#paceForgotten();
    }
    this.#connection = connection;
    this.#options.settled(connection);
    const missing = this.#subscriptions.missingOn(connection.number);
    const asked = new Set(refused.map(({ symbol, channel }) => `${symbol} ${channel}`));
    this.#subscribeAgain(missing.filter(({ symbol, channel }) => !asked.has(`${symbol} ${channel}`)));
    for (const { symbol, channel, code = 'internal', msg = '' } of refused) {
      const wanted = missing.find((each) => each.symbol === symbol && each.channel === channel);
      if (wanted !== undefined) this.#refused({ ...wanted, code, msg, retryAfterMs: undefined });
    }
    for (const { symbols, channels } of groupWanted(unwanted, this.#bounds))
      this.requests.tell({ action: 'unsubscribe', symbols, channels }, () => {});
    this.#subscriptions.askAgain(connection.number);
    // After them: what the program asked meanwhile stands as the last word.
    this.requests.connectionOpened((message) => connection.send(message));
    this.#told();
  }

  #notice(message: NoticeMessage, connection: Connected): void {
    const { code, level = 1, intervalMs } = message;
    const { emit } = this.#options;
    if (code === 'hole') this.#subscriptions.hole(message, connection.number);
    // What was merged is not lost: the states that follow say by their ranges what they stand for.
    else if (code === 'merged') {
      this.#merged = level > 0;
      emit('merged', { merged: level > 0 });
    } else if (code === 'degraded') {
      this.#degraded = level > 0;
      emit('degraded', { level, intervalMs });
    }
    emit('notice', message);
  }

  /** The connection that said so is gone; the next one says it anew where it is so there. */
  #paceForgotten(): void {
    const { emit } = this.#options;
    if (this.#merged) emit('merged', { merged: false });
    if (this.#degraded) emit('degraded', { level: 0, intervalMs: undefined });
    this.#merged = false;
    this.#degraded = false;
  }

  #applyResults({ action, results = [] }: SuccessMessage, connection: number): void {
    for (const result of results) {
      if (action === 'subscribe' && result.ok) this.#count(this.#subscriptions.granted(result, connection));
      else if (action === 'unsubscribe' && result.ok) this.#subscriptions.dropped(result.symbol, result.channel);
      else if (action === 'resync' && result.ok) this.#subscriptions.resynced(result, connection);
      else if (action === 'resync') this.#subscriptions.resyncFailed(result.symbol, result.channel);
    }
  }

  #count(cameBack: CameBack): void {
    if (this.#tally !== undefined) this.#tally[cameBack]++;
  }

  /** Says what became of the subscriptions, once each was answered. */
  #told(): void {
    const tally = this.#tally;
    if (tally === undefined || tally.asked > 0) return;
    this.#tally = undefined;
    const { moved, continued, anew, hole } = tally;
    const awayMs = this.#lostAt === undefined || moved ? 0 : Math.round(this.#options.now() - this.#lostAt);
    this.#lostAt = undefined;
    const event: ResumedEvent = { moved, awayMs, continued, anew, holes: hole };
    this.#options.emit('resumed', event);
  }

  /** All that are asked for in one go, by a frame or a hole of the connection, make few messages. */
  #resyncSoon(wanted: Wanted): void {
    this.#toResync.push(wanted);
    if (this.#toResync.length > 1) return;
    queueMicrotask(() => {
      const groups = groupWanted(this.#toResync.splice(0), this.#bounds);
      if (this.#connection === undefined) return; // The next connection begins with whole states.
      for (const { symbols, channels } of groups) {
        this.requests.tell({ action: 'resync', symbols, channels }, (answer) => {
          if (answer.type !== 'error') return;
          for (const symbol of symbols)
            for (const channel of channels) this.#subscriptions.resyncFailed(symbol, channel);
        });
      }
    });
  }

  /** What was held before is asked for again; what is refused then is told, or asked again later where that may help. */
  #subscribeAgain(wanted: readonly Wanted[]): void {
    const tally = this.#tally;
    for (const { symbols, channels, intervalMs } of groupWanted(wanted, this.#bounds)) {
      if (tally !== undefined) tally.asked++;
      this.requests.tell({ action: 'subscribe', symbols, channels, intervalMs }, (answer) => {
        for (const refused of refusals(answer, symbols, channels)) this.#refused({ ...refused, intervalMs });
        if (tally !== undefined) tally.asked--;
        if (tally === this.#tally) this.#told();
      });
    }
  }

  #refused({
    symbol,
    channel,
    code,
    msg,
    retryAfterMs = RESUBSCRIBE_AFTER_MS,
    intervalMs,
  }: Refusal & { intervalMs: number }): void {
    const known = parseChannel(channel);
    if (ERROR_CODES[code as keyof typeof ERROR_CODES]?.temporary === true && typeof known === 'string') {
      this.#later(retryAfterMs, () => this.#subscribeAgain([{ symbol, channel: known, intervalMs }]));
      return;
    }
    this.#rejected(symbol, channel, code, msg);
  }

  #rejected(symbol: string, channel: string, code: string, msg: string): void {
    this.#subscriptions.dropped(symbol, channel);
    this.#options.emit('rejected', { symbol, channel, code, msg });
  }

  #later(delayMs: number, run: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      run();
    }, delayMs);
    this.#timers.add(timer);
  }

  #clearTimers(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }
}

const newTally = (moved: boolean): Tally => ({ moved, asked: 0, continued: 0, anew: 0, hole: 0, none: 0 });

function limitOf(limits: NamedLimits, name: string, most: number): number {
  const limit = limits[name];
  return typeof limit === 'number' && limit > 0 ? Math.min(limit, most) : most;
}
