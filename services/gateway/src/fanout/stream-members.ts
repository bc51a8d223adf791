import type { Receiver } from './receiver.ts';
import type { StreamGroup } from './stream-group.ts';

/**
 * Who of a stream's clients is told what is new of it, by what they read: plain lists, in which each member knows its place.
 * They are gone through at every flush; topics of the socket library do the same with a tree each, at 8 to 25 % more of all
 * that a flush costs and 130 bytes a subscription.
 */
export class StreamMembers {
  readonly binary: Receiver[] = [];
  readonly numbers: Receiver[] = [];
  readonly strings: Receiver[] = [];
  readonly #group: StreamGroup;

  constructor(group: StreamGroup) {
    this.#group = group;
  }

  /** Whether anybody reads text. */
  get json(): boolean {
    return this.numbers.length > 0 || this.strings.length > 0;
  }

  /** From the next flush on it gets what all get. It has the stream in its list. */
  join(receiver: Receiver): void {
    if (receiver.streams.placeIn(this.#group) !== undefined) return;
    const members = this.#membersLike(receiver);
    receiver.streams.setPlace(this.#group, members.length);
    members.push(receiver);
  }

  /** It is told no more of the stream, which is still in its list. */
  leave(receiver: Receiver): void {
    const place = receiver.streams.placeIn(this.#group);
    if (place === undefined) return;
    receiver.streams.setPlace(this.#group, undefined);
    const members = this.#membersLike(receiver);
    const last = members.pop();
    if (last === undefined || last === receiver) return;
    members[place] = last;
    last.streams.setPlace(this.#group, place);
  }

  #membersLike({ text, clients }: Receiver): Receiver[] {
    if (!text) return this.binary;
    return clients[0]?.encoding === 'json' ? this.numbers : this.strings;
  }
}
