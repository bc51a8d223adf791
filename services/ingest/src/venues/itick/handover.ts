/** What a handover needs to know of its time and room. */
export interface HandoverLimits {
  handoverQuietMs: number;
  handoverMsMax: number;
  handoverTradesMax: number;
}

/** How a symbol changes from the old connection to the new one. */
export interface Switch<T> {
  /** Trades of the new connection that the old one has not told, in order: to be told now. */
  tell: T[];
  /** Trades that the old one has told and the new one has still to send, in order: each is left out when it comes. */
  skip: string[];
  /** Whether it is proven that none is lost and none doubled. */
  proven: boolean;
}

/** A trade by all that it says. */
export interface NamedTrade {
  name: string;
  /** The venue's; undefined where it gave none. */
  timeUs: number | undefined;
}

/**
 * Finds where one symbol can change from one connection to another, for a venue that numbers nothing. Both send the same
 * trades in the same order, each with a delay of its own; until the change only the old one is told. Two ways prove the place:
 *
 * - quiet: for a while neither sent a trade of the symbol, so that none is on its way, and what the new one sent is exactly
 *   the end of what the old one did;
 * - busy: what both sent lies over each other at one place only, and the trades there are not all of one time: the venue's
 *   time does not go back, so that the same trades can't come again later.
 *
 * Past its time it changes all the same, and `proven` is false: around that moment a trade may be missing or doubled.
 */
export class Handover<T> {
  readonly #limits: HandoverLimits;
  #old: NamedTrade[] = [];
  #fresh: (NamedTrade & { trade: T })[] = [];
  /** Of these the first were dropped: only the quiet way is left. */
  #cut = false;
  #subscribedAtMs: number | undefined;
  #lastTradeMs = 0;

  constructor(limits: HandoverLimits) {
    this.#limits = limits;
  }

  /** The new connection is subscribed: from now on it sends what the old one does. */
  subscribed(nowMs: number): void {
    this.#subscribedAtMs = nowMs;
    this.#fresh = [];
  }

  /** The new connection is lost: it begins anew. */
  lost(): void {
    this.#subscribedAtMs = undefined;
    this.#fresh = [];
  }

  /** A trade that the old connection told. */
  old(name: NamedTrade, nowMs: number): void {
    this.#lastTradeMs = nowMs;
    this.#old.push(name);
    if (this.#old.length > this.#limits.handoverTradesMax) this.#old.shift();
  }

  /** A trade that the new connection sent. */
  fresh({ name, timeUs }: NamedTrade, trade: T, nowMs: number): void {
    this.#lastTradeMs = nowMs;
    this.#fresh.push({ name, timeUs, trade });
    if (this.#fresh.length <= this.#limits.handoverTradesMax) return;
    this.#fresh.shift();
    this.#cut = true;
  }

  /** The change, when its place is known or its time is up. */
  decide(nowMs: number): Switch<T> | undefined {
    const since = this.#subscribedAtMs;
    if (since === undefined) return undefined;
    const quietMs = nowMs - Math.max(since, this.#lastTradeMs);
    if (quietMs >= this.#limits.handoverQuietMs && this.#isEndOfOld()) return { tell: [], skip: [], proven: true };
    const place = this.#provenPlace();
    if (place !== undefined) return this.#switchAt(place, true);
    return nowMs - since < this.#limits.handoverMsMax ? undefined : { tell: [], skip: [], proven: false };
  }

  /** The old connection is gone: what it told is all it will tell. */
  oldEnded(): Switch<T> {
    const proven = this.#provenPlace();
    if (proven !== undefined) return this.#switchAt(proven, true);
    // The longest agreement doubles the fewest.
    const place = this.#places()[0] ?? this.#old.length;
    return this.#switchAt(place, false);
  }

  #switchAt(place: number, proven: boolean): Switch<T> {
    const both = this.#old.length - place;
    return {
      tell: this.#fresh.slice(both).map(({ trade }) => trade),
      skip: this.#old.slice(place + this.#fresh.length).map(({ name }) => name),
      proven,
    };
  }

  #isEndOfOld(): boolean {
    const place = this.#old.length - this.#fresh.length;
    return place >= 0 && this.#agree(place);
  }

  #provenPlace(): number | undefined {
    if (this.#cut) return undefined;
    const places = this.#places();
    const [place] = places;
    if (place === undefined || places.length > 1) return undefined;
    const times = new Set(this.#old.slice(place, place + this.#fresh.length).map(({ timeUs }) => timeUs));
    return times.size > 1 && !times.has(undefined) ? place : undefined;
  }

  /** Where the new list can begin in the old one. */
  #places(): number[] {
    const places: number[] = [];
    if (this.#fresh.length === 0) return places;
    for (let place = 0; place < this.#old.length; place++) if (this.#agree(place)) places.push(place);
    return places;
  }

  #agree(place: number): boolean {
    const both = Math.min(this.#old.length - place, this.#fresh.length);
    for (let i = 0; i < both; i++) if (this.#old[place + i]!.name !== this.#fresh[i]!.name) return false;
    return true;
  }
}
