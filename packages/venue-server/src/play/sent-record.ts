import { appendFileSync, writeFileSync } from 'node:fs';
import { VenueError } from '../errors.ts';
import type { PlaySink } from './player.ts';

/** What a frame of the play is to a record of it. */
interface RecordedEntry {
  combined(): Buffer | string;
}

/**
 * The venue's own account of what happened on it: every frame of the play at its time, before any fault, whether anybody was
 * connected or not. One line a frame, `<Unix µs of the wall> <combined frame>`: a raw recording again, which `openRecording`
 * reads. Written as each loop turn of the play ends, so a reader is behind by one turn at most.
 */
export class SentRecord {
  readonly #path: string;
  #lines = '';

  /** Begins an empty file. Throws a `VenueError` where it can't be written. */
  constructor(path: string) {
    this.#path = path;
    try {
      writeFileSync(path, '');
    } catch (cause) {
      throw new VenueError('bad_option', `The record of what is sent can't be written: ${String(cause)}`, { cause });
    }
  }

  /** `sink` that is recorded, too. */
  around<Entry extends RecordedEntry>(sink: PlaySink<Entry>): PlaySink<Entry> {
    return {
      canTake: () => sink.canTake(),
      begin: () => sink.begin(),
      frame: (entry) => {
        this.#lines += `${Math.floor((performance.timeOrigin + performance.now()) * 1_000)} ${entry.combined().toString()}\n`;
        sink.frame(entry);
      },
      clock: (timeMs) => sink.clock(timeMs),
      finished: () => sink.finished(),
      end: () => {
        sink.end();
        this.#write();
      },
    };
  }

  #write(): void {
    if (this.#lines === '') return;
    appendFileSync(this.#path, this.#lines);
    this.#lines = '';
  }
}
