import { Cell } from './cell.ts';
import { clockText } from './number-text.ts';

export interface TradeText {
  price: string;
  size: string;
  side: 'buy' | 'sell' | undefined;
  timestamp: number;
}

const TRADES_SHOWN = 50;

interface Row {
  readonly line: HTMLTableRowElement;
  readonly time: Cell;
  readonly price: Cell;
  readonly size: Cell;
}

/** The newest trades of the selected instrument, newest first. */
export class TradesView {
  readonly #body: HTMLTableSectionElement;
  /** As shown, newest first. */
  #rows: Row[] = [];
  #pending: TradeText[] = [];

  constructor(body: HTMLTableSectionElement) {
    this.#body = body;
  }

  clear(): void {
    this.#pending = [];
    this.#rows = [];
    this.#body.replaceChildren();
  }

  add(trade: TradeText): void {
    this.#pending.push(trade);
    if (this.#pending.length > TRADES_SHOWN) this.#pending.shift();
  }

  render(): void {
    if (this.#pending.length === 0) return;
    // The rows that fall off at the end are those that come in again at the top, all in one move.
    const spare = this.#rows.splice(Math.max(0, TRADES_SHOWN - this.#pending.length));
    const fresh = this.#pending.map((trade) => {
      const row = spare.pop() ?? newRow();
      row.time.write(clockText(trade.timestamp));
      row.price.write(trade.price);
      row.price.colour(trade.side === 'buy' ? 1 : trade.side === 'sell' ? -1 : 0);
      row.size.write(trade.size);
      return row;
    });
    fresh.reverse();
    for (const { line } of spare) line.remove();
    this.#body.prepend(...fresh.map(({ line }) => line));
    this.#rows = [...fresh, ...this.#rows];
    this.#pending = [];
  }
}

function newRow(): Row {
  const line = document.createElement('tr');
  const cell = (): Cell => new Cell(line.insertCell());
  return { line, time: cell(), price: cell(), size: cell() };
}
