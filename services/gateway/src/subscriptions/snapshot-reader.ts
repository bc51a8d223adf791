import type { StateReads } from '../degrade/guarded-calls.ts';
import type { SnapshotRead } from './instrument-state.ts';

/** A snapshot this many records behind the reader is first brought forward by the partition's record: one read more. */
const SCAN_RECORDS_MAX = 256;

/**
 * Reads hot snapshots for joining instruments, a bounded number at once.
 *
 * An instrument that did not change is not written again, so its own `updatesNext` may be long past. The partition's record
 * is written after the instruments it includes: read first, its `updatesNext` holds for the snapshot read after it.
 */
export class SnapshotReader {
  readonly #state: StateReads;
  readonly #atOnce: number;
  readonly #floors = new Map<number, Promise<number | undefined>>();
  readonly #waiting: (() => void)[] = [];
  #underWay = 0;

  constructor(state: StateReads, atOnce: number) {
    this.#state = state;
    this.#atOnce = atOnce;
  }

  /** `position` is the reader's in md.updates. */
  async read(partition: number, instrument: string, position: number): Promise<SnapshotRead> {
    await this.#enter();
    try {
      const snapshot = await this.#state.snapshot(partition, instrument);
      if (snapshot !== undefined && snapshot.updatesNext >= position - SCAN_RECORDS_MAX) return { snapshot, floor: 0 };
      const floor = await this.#floor(partition);
      return { snapshot: await this.#state.snapshot(partition, instrument), floor };
    } finally {
      this.#leave();
    }
  }

  /** One read of the partition's record serves all who ask while it is under way. */
  #floor(partition: number): Promise<number | undefined> {
    let floor = this.#floors.get(partition);
    if (floor === undefined) {
      floor = this.#state
        .record(partition)
        .then((record) => record?.updatesNext)
        .finally(() => this.#floors.delete(partition));
      this.#floors.set(partition, floor);
    }
    return floor;
  }

  async #enter(): Promise<void> {
    if (this.#underWay < this.#atOnce) this.#underWay++;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #leave(): void {
    const next = this.#waiting.shift();
    // The place is handed on, so that nobody slips in between.
    if (next === undefined) this.#underWay--;
    else next();
  }
}
