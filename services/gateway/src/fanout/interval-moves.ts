import type { Client } from './client.ts';
import type { StreamGroup } from './stream-group.ts';

/** A client that goes from one interval of a channel to another. */
export interface Move {
  readonly client: Client;
  readonly from: StreamGroup;
  readonly to: StreamGroup;
}

/**
 * Changes of intervals. A client goes over when both streams were told in one turn and are at one number: it sees no number
 * twice, misses none and needs no whole state. That is at the flush of the slower of both; until then it stays where it is.
 */
export class IntervalMoves {
  /** By the slower stream. */
  readonly #waiting = new Map<StreamGroup, Set<Move>>();

  /** Where the client's channel will be. */
  target(client: Client, group: StreamGroup): StreamGroup {
    return client.moves?.get(group)?.to ?? group;
  }

  /** `to` is held for it already. */
  add(client: Client, from: StreamGroup, to: StreamGroup): void {
    const move: Move = { client, from, to };
    client.moves ??= new Map();
    client.moves.set(from, move);
    const slower = slowerOf(move);
    const waiting = this.#waiting.get(slower);
    if (waiting === undefined) this.#waiting.set(slower, new Set([move]));
    else waiting.add(move);
  }

  /** The client stays where it is, or leaves it. Returns the move that was under way; the caller gives `to` back. */
  cancel(client: Client, from: StreamGroup): Move | undefined {
    const move = client.moves?.get(from);
    if (move !== undefined) this.#done(move);
    return move;
  }

  /** Those that can be made when this stream was flushed, together with their other one. */
  waitingFor(slower: StreamGroup): ReadonlySet<Move> {
    return this.#waiting.get(slower) ?? NONE;
  }

  /** The client changes streams now, in which nothing may be pending. */
  make(move: Move): void {
    const { client, from, to } = move;
    this.#done(move);
    from.members.leave(client.alone);
    client.streams.put(to);
    to.members.join(client.alone);
    from.instrument.release(from);
  }

  #done(move: Move): void {
    const { client, from } = move;
    client.moves?.delete(from);
    if (client.moves?.size === 0) client.moves = undefined;
    const slower = slowerOf(move);
    const waiting = this.#waiting.get(slower);
    waiting?.delete(move);
    if (waiting?.size === 0) this.#waiting.delete(slower);
  }
}

const NONE: ReadonlySet<Move> = new Set();
const slowerOf = ({ from, to }: Move): StreamGroup => (from.interval > to.interval ? from : to);
