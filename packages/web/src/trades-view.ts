import { clockText } from './number-text.ts';

export interface TradeText {
  price: string;
  size: string;
  side: 'buy' | 'sell' | undefined;
  timestamp: number;
}

const TRADES_SHOWN = 50;

/** The newest trades of the selected instrument, newest first. */
export class TradesView {
  readonly #body: HTMLTableSectionElement;
  #pending: TradeText[] = [];

  constructor(body: HTMLTableSectionElement) {
    this.#body = body;
  }

  clear(): void {
    this.#pending = [];
    this.#body.replaceChildren();
  }

  add(trade: TradeText): void {
    this.#pending.push(trade);
    if (this.#pending.length > TRADES_SHOWN) this.#pending.shift();
  }

  render(): void {
    for (const trade of this.#pending) {
      // The row that falls off at the end is the one that comes in again at the top.
      const line =
        this.#body.rows.length >= TRADES_SHOWN ? (this.#body.rows[TRADES_SHOWN - 1] as HTMLTableRowElement) : newRow();
      const texts = [clockText(trade.timestamp), trade.price, trade.size];
      texts.forEach((text, i) => {
        (line.cells[i] as HTMLTableCellElement).textContent = text;
      });
      (line.cells[1] as HTMLTableCellElement).className =
        trade.side === 'buy' ? 'up' : trade.side === 'sell' ? 'down' : '';
      this.#body.prepend(line);
    }
    this.#pending = [];
  }
}

function newRow(): HTMLTableRowElement {
  const line = document.createElement('tr');
  for (let i = 0; i < 3; i++) line.insertCell();
  return line;
}
