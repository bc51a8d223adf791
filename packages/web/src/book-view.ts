import type { BookView as Book, BookLevel } from '@tapecast/client';
import { Cell } from './cell.ts';

const LEVELS_SHOWN = 12;

type Row = readonly [bidSize: Cell, bid: Cell, ask: Cell, askSize: Cell];

/** The order book of the selected instrument; rows are made once and rewritten per frame. */
export class BookView {
  readonly #rows: readonly Row[];
  #book: Book | undefined;
  #dirty = true;

  constructor(body: HTMLTableSectionElement) {
    this.#rows = Array.from({ length: LEVELS_SHOWN }, () => {
      const line = body.insertRow();
      const cell = (side: 'bid' | 'ask'): Cell => {
        const element = line.insertCell();
        element.className = side;
        return new Cell(element);
      };
      return [cell('bid'), cell('bid'), cell('ask'), cell('ask')] as const;
    });
  }

  /** The book changed; it is read when the next frame is drawn. */
  show(book: Book | undefined): void {
    this.#book = book;
    this.#dirty = true;
  }

  render(): void {
    if (!this.#dirty) return;
    this.#dirty = false;
    const bids = this.#book?.bids(LEVELS_SHOWN) ?? [];
    const asks = this.#book?.asks(LEVELS_SHOWN) ?? [];
    const largest = Math.max(largestOf(bids), largestOf(asks));
    for (let i = 0; i < LEVELS_SHOWN; i++) {
      const [bidSize, bid, ask, askSize] = this.#rows[i]!;
      write(bids[i], bid, bidSize, largest);
      write(asks[i], ask, askSize, largest);
    }
  }
}

function largestOf(levels: readonly BookLevel[]): number {
  let largest = 0;
  for (const [, size] of levels) largest = Math.max(largest, Number(size));
  return largest;
}

function write(level: BookLevel | undefined, price: Cell, size: Cell, largest: number): void {
  price.write(level?.[0] ?? '');
  size.write(level?.[1] ?? '');
  // Whole percents: a difference that no eye sees is not drawn.
  size.share(level === undefined || largest === 0 ? '0%' : `${Math.round((100 * Number(level[1])) / largest)}%`);
}
