/** A level: price and size as exact decimals. */
export type LevelText = readonly [price: string, size: string];

const LEVELS_SHOWN = 12;

/** The order book of the selected instrument; rows are made once and rewritten per frame. */
export class BookView {
  readonly #rows: HTMLTableCellElement[][];
  #bids: readonly LevelText[] = [];
  #asks: readonly LevelText[] = [];
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

  update(bids: readonly LevelText[], asks: readonly LevelText[]): void {
    this.#bids = bids;
    this.#asks = asks;
    this.#dirty = true;
  }

  render(): void {
    if (!this.#dirty) return;
    this.#dirty = false;
    const largest = Math.max(
      1e-12,
      ...[...this.#bids.slice(0, LEVELS_SHOWN), ...this.#asks.slice(0, LEVELS_SHOWN)].map(([, size]) => Number(size)),
    );
    this.#rows.forEach((cells, i) => {
      const bid = this.#bids[i];
      const ask = this.#asks[i];
      const texts = [bid?.[1] ?? '', bid?.[0] ?? '', ask?.[0] ?? '', ask?.[1] ?? ''];
      const shares = [bid?.[1], undefined, undefined, ask?.[1]];
      cells.forEach((cell, column) => {
        if (cell.textContent !== texts[column]) cell.textContent = texts[column] as string;
        const share = shares[column];
        cell.style.setProperty('--share', share === undefined ? '0%' : `${((100 * Number(share)) / largest).toFixed(1)}%`);
      });
    });
  }
}
