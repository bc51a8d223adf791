/** What a message's range says about it. */
export type RangeVerdict =
  /** It continues what was there, or begins it. */
  | { kind: 'next' }
  /** All of it was there already. */
  | { kind: 'seen' }
  /** It is a difference, and the state that it belongs to has not come yet. */
  | { kind: 'baseless' }
  /** Numbers between what was there and it never came. The position is at the end of it. */
  | { kind: 'gap'; lost: [first: number, last: number] };

/**
 * What a message is to its sequence. `event`: stands for itself (a trade). `whole`: the newest state (quote, k-line).
 * `snapshot`: a state that differences follow. `difference`: changes the state before it.
 */
export type MessageKind = 'event' | 'whole' | 'snapshot' | 'difference';

/** Numbers that went by unseen, or 'epoch': the positions before and after can't be compared. */
export type Missed = [first: number, last: number] | 'epoch' | undefined;

/**
 * Watches the ranges of one (symbol, channel): a message's first is the last one's last + 1, from the snapshot's last on.
 */
export class RangeTracker {
  #epoch: string | undefined;
  #last = 0;
  /** A state is due; where the sequence stands is known only with it. */
  #awaitsState = false;

  /** undefined: it was never told, or is not known any more. '': the answer named none, and a status will. */
  get epoch(): string | undefined {
    return this.#epoch;
  }

  /** The last number that was there. */
  get last(): number {
    return this.#last;
  }

  get awaitsState(): boolean {
    return this.#awaitsState;
  }

  /** The gateway told where the sequence stands, on a new connection or under a new epoch. Returns what went by before it. */
  begin(epoch: string, seq: number, stateFollows: boolean): Missed {
    const before = this.#epoch;
    const first = this.#last + 1;
    this.#epoch = epoch;
    this.#last = seq;
    this.#awaitsState = stateFollows;
    if (before === undefined) return undefined;
    if (before !== epoch) return 'epoch';
    return first <= seq ? [first, seq] : undefined;
  }

  /** The epoch of an answer that named none: what it said of the position holds for it. */
  named(epoch: string): void {
    if (this.#epoch === '') this.#epoch = epoch;
  }

  /** The numbering began anew, and no one told where, nor perhaps under which epoch: the next message begins it. */
  beginAnew(epoch: string | undefined): void {
    this.#epoch = epoch;
    this.#last = 0;
    this.#awaitsState = true;
  }

  /** A snapshot was asked for: differences before it have nothing to belong to. */
  awaitState(): void {
    this.#awaitsState = true;
  }

  saw([first, last]: readonly [number, number], kind: MessageKind): RangeVerdict {
    if (this.#awaitsState) {
      if (kind === 'difference') return { kind: 'baseless' };
      this.#awaitsState = false;
      this.#last = last;
      return { kind: 'next' };
    }
    // A snapshot counts even where it is older than what was there: the differences that follow belong to it.
    if (last <= this.#last && kind !== 'snapshot') return { kind: 'seen' };
    const lost: [number, number] = [this.#last + 1, first - 1];
    this.#last = last;
    return lost[0] <= lost[1] ? { kind: 'gap', lost } : { kind: 'next' };
  }

  /** The gateway said that it lost these numbers itself: they are not missed a second time. */
  announced([first, last]: readonly [number, number]): void {
    if (first <= this.#last + 1 && last > this.#last) this.#last = last;
  }
}
