import { direction, shortAmount, signed } from './number-text.ts';

/** What a row shows; values are exact decimals as text, absent where unknown. */
export interface RowValues {
  last?: string | undefined;
  change?: string | undefined;
  changePct?: string | undefined;
  bid?: string | undefined;
  ask?: string | undefined;
  volume?: string | undefined;
}

const asIs = (text: string): string => text;

/** How each column's exact text is shown. */
const SHOWN_AS: Record<keyof RowValues, (text: string) => string> = {
  last: asIs,
  change: signed,
  changePct: (text) => signed(Number(text).toFixed(2)),
  bid: asIs,
  ask: asIs,
  volume: shortAmount,
};
const COLUMNS = ['last', 'change', 'changePct', 'bid', 'ask', 'volume'] as const;

interface Row {
  line: HTMLTableRowElement;
  cells: HTMLTableCellElement[];
  shown: RowValues;
  next: RowValues;
}

export interface WatchTableEvents {
  select(symbol: string): void;
  remove(symbol: string): void;
}

/**
 * The table of watched instruments. Updates only note what is to be shown; `render` writes the rows that changed,
 * once per animation frame, however many updates came.
 */
export class WatchTable {
  readonly #body: HTMLTableSectionElement;
  readonly #events: WatchTableEvents;
  readonly #rows = new Map<string, Row>();
  readonly #dirty = new Set<Row>();

  constructor(body: HTMLTableSectionElement, events: WatchTableEvents) {
    this.#body = body;
    this.#events = events;
  }

  add(symbol: string): void {
    if (this.#rows.has(symbol)) return;
    const line = this.#body.insertRow();
    line.dataset.symbol = symbol;
    line.tabIndex = 0;
    const [name = symbol, region = ''] = symbol.split(/(?=\$[^$]*$)/);
    const title = line.insertCell();
    title.append(name);
    const small = document.createElement('small');
    small.textContent = region;
    title.append(small);
    const cells = COLUMNS.map((column) => {
      const cell = line.insertCell();
      cell.dataset.column = column;
      cell.textContent = '–';
      return cell;
    });
    const remove = document.createElement('button');
    remove.type = 'button';
    remove.textContent = '×';
    remove.setAttribute('aria-label', `Remove ${symbol}`);
    remove.addEventListener('click', (event) => {
      event.stopPropagation();
      this.#events.remove(symbol);
    });
    line.insertCell().append(remove);
    line.addEventListener('click', () => this.#events.select(symbol));
    line.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && event.target === line) this.#events.select(symbol);
      if (event.key === 'Delete') this.#events.remove(symbol);
      const neighbour =
        event.key === 'ArrowDown'
          ? line.nextElementSibling
          : event.key === 'ArrowUp'
            ? line.previousElementSibling
            : null;
      if (neighbour instanceof HTMLElement) {
        event.preventDefault();
        neighbour.focus();
      }
    });
    this.#rows.set(symbol, { line, cells, shown: {}, next: {} });
  }

  remove(symbol: string): void {
    const row = this.#rows.get(symbol);
    if (row === undefined) return;
    row.line.remove();
    this.#rows.delete(symbol);
    this.#dirty.delete(row);
  }

  select(symbol: string | undefined): void {
    for (const [name, row] of this.#rows) row.line.setAttribute('aria-selected', String(name === symbol));
  }

  update(symbol: string, values: RowValues): void {
    const row = this.#rows.get(symbol);
    if (row === undefined) return;
    row.next = values;
    this.#dirty.add(row);
  }

  setStatus(symbol: string, state: string, reason: string): void {
    const row = this.#rows.get(symbol);
    if (row === undefined) return;
    row.line.dataset.status = state;
    row.line.title = state === 'live' ? '' : `${state}${reason === '' ? '' : `: ${reason}`}`;
  }

  render(): void {
    for (const row of this.#dirty) {
      const { shown, next } = row;
      COLUMNS.forEach((column, i) => {
        const text = next[column];
        if (text === shown[column]) return;
        const cell = row.cells[i] as HTMLTableCellElement;
        cell.textContent = text === undefined ? '–' : SHOWN_AS[column](text);
        if (column === 'change' || column === 'changePct')
          cell.className = ['down', '', 'up'][direction(text) + 1] as string;
        if (column === 'last' && shown.last !== undefined && text !== undefined)
          flash(cell, Number(text) - Number(shown.last));
      });
      row.shown = next;
    }
    this.#dirty.clear();
  }
}

/** Restarts the animation without forcing a layout: the other of two equal animations is not needed, removal is enough. */
function flash(cell: HTMLElement, difference: number): void {
  if (difference === 0) return;
  cell.classList.remove('flash-up', 'flash-down');
  for (const animation of cell.getAnimations()) animation.cancel();
  cell.classList.add(difference > 0 ? 'flash-up' : 'flash-down');
}
