import { Cell } from './cell.ts';
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
const NONE = '–';

interface Row {
  readonly symbol: string;
  readonly line: HTMLTableRowElement;
  readonly cells: readonly Cell[];
  shown: RowValues;
  next: RowValues;
  inView: boolean;
}

export interface WatchTableEvents {
  select(symbol: string): void;
  remove(symbol: string): void;
}

/**
 * The table of watched instruments. Updates only note what is to be shown; `render` writes the rows that changed and are in
 * view, once per animation frame, however many updates came.
 */
export class WatchTable {
  readonly #body: HTMLTableSectionElement;
  readonly #events: WatchTableEvents;
  readonly #rows = new Map<string, Row>();
  readonly #dirty = new Set<Row>();
  readonly #watcher: IntersectionObserver;
  #selected: string | undefined;

  constructor(body: HTMLTableSectionElement, events: WatchTableEvents) {
    this.#body = body;
    this.#events = events;
    // A row that is scrolled to is written in the next frame.
    this.#watcher = new IntersectionObserver((changes) => {
      for (const { target, isIntersecting } of changes) {
        const row = this.#rows.get((target as HTMLElement).dataset.symbol ?? '');
        if (row === undefined) continue;
        row.inView = isIntersecting;
        if (isIntersecting) this.#dirty.add(row);
      }
    });
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
      return new Cell(cell, NONE);
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
    this.#rows.set(symbol, { symbol, line, cells, shown: {}, next: {}, inView: false });
    this.#watcher.observe(line);
  }

  remove(symbol: string): void {
    const row = this.#rows.get(symbol);
    if (row === undefined) return;
    this.#watcher.unobserve(row.line);
    row.line.remove();
    this.#rows.delete(symbol);
    this.#dirty.delete(row);
  }

  select(symbol: string | undefined): void {
    for (const name of [this.#selected, symbol]) {
      const row = name === undefined ? undefined : this.#rows.get(name);
      row?.line.setAttribute('aria-selected', String(name === symbol));
    }
    this.#selected = symbol;
  }

  update(symbol: string, values: RowValues): void {
    const row = this.#rows.get(symbol);
    if (row === undefined) return;
    row.next = values;
    if (row.inView) this.#dirty.add(row);
  }

  setStatus(symbol: string, state: string, reason: string): void {
    const row = this.#rows.get(symbol);
    if (row === undefined) return;
    row.line.dataset.status = state;
    row.line.title = state === 'live' ? '' : `${state}${reason === '' ? '' : `: ${reason}`}`;
  }

  render(): void {
    for (const row of this.#dirty) {
      const { shown, next, cells } = row;
      for (let i = 0; i < COLUMNS.length; i++) {
        const column = COLUMNS[i]!;
        const text = next[column];
        if (text === shown[column]) continue;
        const cell = cells[i]!;
        cell.write(text === undefined ? NONE : SHOWN_AS[column](text));
        if (column === 'change' || column === 'changePct') cell.colour(direction(text));
        if (column === 'last' && shown.last !== undefined && text !== undefined)
          cell.flash(Number(text) - Number(shown.last));
      }
      row.shown = next;
    }
    this.#dirty.clear();
  }
}
