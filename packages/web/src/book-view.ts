import type { BookView as Book } from '@tapecast/client';

const LEVELS_SHOWN = 12;

/** The order book of the selected instrument; rows are made once and rewritten per frame. */
export class BookView {
  readonly #rows: HTMLTableCellElement[][];
  #book: Book | undefined;
  #dirty = true;

  constructor(body: HTMLTableSectionElement) {
    this.#rows = Array.from({ length: LEVELS_SHOWN }, () => {
      const line = body.insertRow();
      return ['bid', 'bid', 'ask', 'ask'].map((side) => {
        const cell = line.insertCell();
        cell.className = side;
        return cell;
      });
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
    const largest = Math.max(1e-12, ...[...bids, ...asks].map(([, size]) => Number(size)));
    this.#rows.forEach((cells, i) => {
      const bid = bids[i];
      const ask = asks[i];
      const texts = [bid?.[1] ?? '', bid?.[0] ?? '', ask?.[0] ?? '', ask?.[1] ?? ''];
      const shares = [bid?.[1], undefined, undefined, ask?.[1]];
      cells.forEach((cell, column) => {
        if (cell.textContent !== texts[column]) cell.textContent = texts[column] as string;
        const share = shares[column];
        cell.style.setProperty(
          '--share',
          share === undefined ? '0%' : `${((100 * Number(share)) / largest).toFixed(1)}%`,
        );
      });
    });
  }
}
