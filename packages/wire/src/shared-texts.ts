import type { ByteCursor } from './byte-cursor.ts';
import { SHARED_TEXTS_MAX } from './limits.ts';
import { NameTable } from './name-table.ts';

/** Texts that come again and again: each is made once, and two that are equal are one object, which maps find faster. */
export class SharedTexts {
  #table = new NameTable<string>();

  /** The text up to `end`; the cursor is moved there. */
  take(cursor: ByteCursor, end: number): string {
    const known = this.#table.get(cursor.bytes, cursor.at, end);
    if (known !== undefined) {
      cursor.at = end;
      return known;
    }
    const text = cursor.textUpTo(end);
    if (this.#table.size >= SHARED_TEXTS_MAX) this.#table = new NameTable();
    this.#table.set(text, text);
    return text;
  }
}
