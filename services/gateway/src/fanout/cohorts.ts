import { randomInt } from 'node:crypto';
import type { Client } from './client.ts';
import { Receiver } from './receiver.ts';
import { StreamList } from './stream-list.ts';

export interface CohortLimits {
  /** Clients with the same streams from which on they are a cohort; it ends when fewer than half of them are left. */
  readonly cohortClientsMin: number;
  /** Streams of clients that go over to a cohort in one sweep. Past it: in the next. */
  readonly cohortMovesMax: number;
}

/** Clients with the very same streams in the same binary encoding. */
interface Cohort {
  /** All of them: what changed of their streams in a flush is one frame, made once and compressed once. */
  readonly receiver: Receiver;
  /** They are told by it; else it is only known that there are some who could be. */
  formed: boolean;
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
    const hash = client.kind;
    const kind = this.#kinds.get(hash);
    client.kind = undefined;
    if (kind === client) this.#kinds.delete(hash);
    else if (kind !== undefined && 'formed' in kind) this.#leave(kind, client, hash);
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

  /** Returns how many streams it went over in. */
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
    const cohort = 'formed' in kind ? kind : begun(kind);
    // Others of the same hash: rare enough to be told by themselves.
    if (cohort.receiver.plain !== client.alone.plain || !cohort.receiver.streams.equals(client.streams)) return 0;
    client.kind = hash;
    this.#kinds.set(hash, cohort);
    client.cohortPlace = cohort.receiver.clients.length;
    cohort.receiver.size = cohort.receiver.clients.push(client);
    if (cohort.formed) this.#enter(client);
    else if (cohort.receiver.clients.length >= this.#limits.cohortClientsMin) this.#form(cohort);
    return cohort.formed ? client.streams.size : 0;
  }

  #form(cohort: Cohort): void {
    const { receiver } = cohort;
    cohort.formed = true;
    this.#formed++;
    for (const client of receiver.clients) this.#enter(client);
    for (const { members } of receiver.streams) members.join(receiver);
  }

  #enter(client: Client): void {
    this.#clients++;
    for (const { members } of client.streams) members.leave(client.alone);
  }

  #leave(cohort: Cohort, client: Client, hash: number): void {
    const { receiver } = cohort;
    const { clients } = receiver;
    const last = clients.pop() as Client; // It has this one at least.
    if (last !== client) {
      clients[client.cohortPlace] = last;
      last.cohortPlace = client.cohortPlace;
    }
    receiver.size = clients.length;
    if (cohort.formed) {
      this.#exit(client);
      if (clients.length * 2 < this.#limits.cohortClientsMin) this.#dissolve(cohort);
    }
    if (clients.length === 0) this.#kinds.delete(hash);
  }

  #exit(client: Client): void {
    this.#clients--;
    for (const { members } of client.streams) members.join(client.alone);
  }

  #dissolve(cohort: Cohort): void {
    const { receiver } = cohort;
    cohort.formed = false;
    this.#formed--;
    for (const { members } of receiver.streams) members.leave(receiver);
    for (const client of receiver.clients) this.#exit(client);
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

/** Who is the first of its kind may be joined by others. */
function begun(first: Client): Cohort {
  first.cohortPlace = 0;
  return { receiver: new Receiver(first, StreamList.copyOf(first.streams), false), formed: false };
}

/** Spreads a number over 32 bits; the finaliser of MurmurHash3. */
function mixed(number: number): number {
  let hash = number | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
