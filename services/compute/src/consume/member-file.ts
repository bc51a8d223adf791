import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Logger } from '@tapecast/service-kit';

/** Kafka makes it of the client's name and a UUID. */
const NAME = /^[\w.-]{1,200}$/;

/**
 * The name that this worker has in its group, kept in a file that is its alone: whoever starts with the same file knows that
 * the one before it has ended, and takes it out of the group, instead of waiting until its session is over. A file that
 * can't be read or written costs that wait, and nothing else.
 */
export class MemberFile {
  /** The name of the one before; undefined: there was none, or it can't be told. */
  readonly ended: string | undefined;
  readonly #path: string;
  readonly #logger: Logger;

  constructor(path: string, logger: Logger) {
    this.#path = path;
    this.#logger = logger;
    this.ended = this.#read();
  }

  /** Once a join, so that it may be written there and then: a crash a moment later finds it. */
  note(name: string): void {
    try {
      mkdirSync(dirname(this.#path), { recursive: true });
      const next = `${this.#path}.next`;
      writeFileSync(next, name);
      renameSync(next, this.#path);
    } catch (error) {
      this.#logger.warn({ event: 'member_not_noted', path: this.#path, err: error });
    }
  }

  #read(): string | undefined {
    try {
      const text = readFileSync(this.#path, 'utf8');
      // Whatever else stands there is nobody's name.
      return NAME.test(text) ? text : undefined;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
        this.#logger.warn({ event: 'member_unknown', path: this.#path, err: error });
      return undefined;
    }
  }
}
