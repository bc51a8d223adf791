import { randomInt } from 'node:crypto';
import type { Client } from './client.ts';
import { Cohort } from './cohort.ts';

export interface CohortLimits {
  /** Clients with the same streams from which on they are a cohort; it ends when half of them are left. */
  readonly cohortClientsMin: number;
  /** Streams of clients that go over to a cohort in one sweep: each is a topic to leave. Past it: in the next sweep. */
  readonly cohortMovesMax: number;
}

const HASH_HIGH = 2 ** 21;

/**
 * Finds clients with the same streams, and has them told as one. Clients are looked at when nothing of theirs changed for a
 * sweep; one that changes its streams is told each of them by itself until then.
 *
 * A client may go over between any two flushes: until then all are told the same of each stream, whatever way it comes.
 */
export class Cohorts {
  readonly #limits: CohortLimits;
  /** By the hash of encoding and streams: one client of that kind, or what several of them make. */
  readonly #kinds = new Map<number, Client | Cohort>();
  /** Their streams changed since the last sweep, or in the one before. */
  #changed = new Set<Client>();
  #quiet = new Set<Client>();
  readonly #seedHigh = randomInt(2 ** 32);
  readonly #seedLow = randomInt(2 ** 32);
  #lastNumber = 0;
  #formed = 0;
  #clients = 0;

  constructor(limits: CohortLimits) {
    this.#limits = limits;
  }

  /** Cohorts that there are, and clients in them. */
  get size(): number {
    return this.#formed;
  }

  get clients(): number {
    return this.#clients;
  }

  /** The client's streams are about to change, or it is to be told none of them: it is told each by itself. */
  changes(client: Client): void {
    if (client.json) return;
    this.#changed.add(client);
    if (client.kind === undefined) return;
    const kind = this.#kinds.get(client.kind);
    if (kind === client) this.#kinds.delete(client.kind);
    else if (kind instanceof Cohort && kind.clients.delete(client)) this.#left(kind, client, client.kind);
    client.kind = undefined;
  }

  /** The connection closed; its streams have been left. */
  closed(client: Client): void {
    this.#changed.delete(client);
    this.#quiet.delete(client);
  }

  /** Looks at those whose streams have been the same for a while. */
  sweep(): void {
    let moves = this.#limits.cohortMovesMax;
    const quiet = this.#quiet;
    this.#quiet = this.#changed;
    this.#changed = new Set();
    for (const client of quiet) {
      if (this.#quiet.has(client) || client.closed || client.paused !== undefined) continue;
      if (moves <= 0) {
        this.#quiet.add(client);
        continue;
      }
      moves -= this.#place(client);
    }
  }

  /** Returns how many topics were changed. */
  #place(client: Client): number {
    client.streams.trim();
    if (client.streams.size < 2) return 0;
    const hash = this.#hashOf(client);
    const kind = this.#kinds.get(hash);
    if (kind === undefined) {
      client.kind = hash;
      this.#kinds.set(hash, client);
      return 0;
    }
    const cohort = kind instanceof Cohort ? kind : new Cohort(++this.#lastNumber, kind);
    // Others of the same hash: rare enough to be told by itself.
    if (!cohort.fits(client)) return 0;
    client.kind = hash;
    cohort.clients.add(client);
    this.#kinds.set(hash, cohort);
    if (cohort.formed) this.#enter(cohort, client);
    else if (cohort.clients.size >= this.#limits.cohortClientsMin) return this.#form(cohort);
    return cohort.formed ? client.streams.size : 0;
  }

  #form(cohort: Cohort): number {
    cohort.formed = true;
    this.#formed++;
    for (const { members } of cohort.streams) members.cohorts.push(cohort);
    for (const client of cohort.clients) this.#enter(cohort, client);
    return cohort.clients.size * cohort.streams.length;
  }

  #enter(cohort: Cohort, client: Client): void {
    this.#clients++;
    for (const { members } of cohort.streams) members.leave(client);
    client.socket.subscribe(cohort.topic);
  }

  /** The client is out of the cohort's set already. */
  #left(cohort: Cohort, client: Client, hash: number): void {
    if (cohort.formed) this.#exit(cohort, client);
    if (cohort.formed && cohort.clients.size * 2 < this.#limits.cohortClientsMin) this.#dissolve(cohort);
    if (cohort.clients.size === 0) this.#kinds.delete(hash);
  }

  #exit(cohort: Cohort, client: Client): void {
    this.#clients--;
    for (const { members } of cohort.streams) members.join(client);
    if (!client.closed) client.socket.unsubscribe(cohort.topic);
  }

  #dissolve(cohort: Cohort): void {
    cohort.formed = false;
    this.#formed--;
    for (const client of cohort.clients) this.#exit(cohort, client);
    for (const { members } of cohort.streams) members.cohorts.splice(members.cohorts.indexOf(cohort), 1);
  }

  #hashOf(client: Client): number {
    let high = client.encoding === 'protobuf_zstd' ? 1 : 0;
    let low = 0;
    for (const { number } of client.streams) {
      high = (high + mixed(number ^ this.#seedHigh)) | 0;
      low = (low + mixed(number ^ this.#seedLow)) | 0;
    }
    return (high >>> 0) * HASH_HIGH + ((low >>> 0) % HASH_HIGH);
  }
}

/** Spreads a number over 32 bits; the finaliser of MurmurHash3. */
function mixed(number: number): number {
  let hash = number | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
