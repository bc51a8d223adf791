import type { Channel } from '@tapecast/market';
import type { Logger } from '@tapecast/service-kit';
import type { NoticeMessage } from '@tapecast/wire';
import type { Pace } from '../fanout/paces.ts';
import { intervalMsAt, type LevelLimits, type LoadLevel, LoadLevels, levelAt, paceAt } from './levels.ts';
import { type LoadLimits, type LoadLook, LoadMeter } from './load-meter.ts';

/** What clients and metrics are told: 3 where the store is gone, whatever the load. */
export type DegradedLevel = LoadLevel | 3;

export interface DegradationLimits extends LoadLimits, LevelLimits {
  /** Part of the load's bound from which on nobody new is taken: those who are here do not feel anything yet. */
  readonly loadFull: number;
  /** The store has not answered for so long: level 3. A failover takes less. */
  readonly storeGoneMs: number;
  /** Clients that are told of a change in one look. Past it: in the next. */
  readonly degradedToldMax: number;
}

/** A connection, as far as it is told. */
export interface DegradedClient {
  readonly client: { readonly closed: boolean; tell(message: NoticeMessage, nowUs: number): void };
  readonly helloTold: boolean;
  /** Numbers what it was told last; 0: nothing, or that it is over. */
  degradedTold: number;
}

export interface DegradationOptions<C> {
  limits: DegradationLimits;
  /** False: the load is measured and told, and nothing is done about it. */
  byLoad: boolean;
  clients: Iterable<C>;
  /** Sets the fastest pace of each channel. */
  pace(fastest: (channel: Channel) => Pace): void;
  /** How long the store has not answered. */
  storeAwayMs: () => number;
  nowUs: () => number;
  logger: Logger;
}

const MSG: Readonly<Record<DegradedLevel, string>> = {
  0: 'everything is told as it was asked for again',
  1: 'this gateway has much to do: depth beyond 5 levels and k-lines above a minute wait, and are told with all that they missed as one when it is over',
  2: 'this gateway has too much to do: depth beyond 5 levels and k-lines above a minute wait, all else comes at longer intervals; no trade is left out',
  3: 'the store behind this gateway does not answer: what it holds goes on, what it does not hold is pending until the store is back',
};

/**
 * What a gateway leaves out so that what matters most stays in time, as a level that rises and falls with its load. All is done
 * to streams, not to clients: nothing is lost or jumps, ranges say what was merged. Each client is told once a change.
 */
export class Degradation<C extends DegradedClient> {
  readonly #options: DegradationOptions<C>;
  readonly #meter: LoadMeter;
  readonly #levels: LoadLevels;
  #storeGone = false;
  /** Somebody may have to be told. */
  #telling = false;
  /** Times that each level was entered. */
  readonly entered: Record<1 | 2 | 3, number> = { 1: 0, 2: 0, 3: 0 };

  constructor(options: DegradationOptions<C>) {
    this.#options = options;
    this.#meter = new LoadMeter(options.limits);
    this.#levels = new LoadLevels(options.limits);
  }

  get level(): DegradedLevel {
    return this.#storeGone ? 3 : this.#levels.level;
  }

  /** The least interval of what is told at it. */
  get intervalMs(): number {
    return intervalMsAt(this.#levels.step);
  }

  /** 1 where clients begin to feel it. */
  get load(): number {
    return this.#meter.load;
  }

  /** The store is gone: what is here is all that there is. */
  get storeGone(): boolean {
    return this.#storeGone;
  }

  /** Nobody new is to be taken. */
  get full(): boolean {
    return this.#options.byLoad && (this.#levels.level > 0 || this.#meter.load >= this.#options.limits.loadFull);
  }

  /** A few times a second. */
  look(look: LoadLook, nowMs: number): void {
    const { byLoad, pace, storeAwayMs, limits } = this.#options;
    this.#meter.look(look);
    const before = this.#levels.step;
    const after = byLoad ? this.#levels.look(this.#meter.load, nowMs) : before;
    if (after !== before) {
      const level = levelAt(after);
      if (level > levelAt(before)) this.entered[level as 1 | 2]++;
      pace((channel) => paceAt(after, channel));
      this.#changed();
      this.#meter.forget();
    }
    const gone = storeAwayMs() >= limits.storeGoneMs;
    if (gone !== this.#storeGone) {
      this.#storeGone = gone;
      if (gone) this.entered[3]++;
      this.#changed();
    }
    // Also those who came since.
    if (this.#telling || this.level > 0) this.#tell();
  }

  #changed(): void {
    this.#telling = true;
    const { logger } = this.#options;
    logger.warn({
      event: 'degraded',
      level: this.level,
      intervalMs: this.intervalMs,
      load: Math.round(this.load * 100) / 100,
    });
  }

  #tell(): void {
    const { clients, nowUs, limits } = this.#options;
    const { level, intervalMs } = this;
    // A client is told when its intervals change, too, whatever the level.
    const number = level * 16 + this.#levels.step;
    let message: NoticeMessage | undefined;
    let left = limits.degradedToldMax;
    this.#telling = false;
    for (const one of clients) {
      if (one.degradedTold === number || !one.helloTold || one.client.closed) continue;
      if (left-- === 0) {
        this.#telling = true;
        return;
      }
      message ??= { type: 'notice', code: 'degraded', level, intervalMs, msg: MSG[level] };
      one.degradedTold = number;
      one.client.tell(message, nowUs());
    }
  }
}
