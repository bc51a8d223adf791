import type { KlineEvent, QuoteEvent, TapecastClient } from '@tapecast/client';
import type { BookView } from './book-view.ts';
import type { CandleChart } from './candle-chart.ts';
import type { ConnectionView } from './connection-view.ts';
import type { Rest } from './rest.ts';
import type { TradesView } from './trades-view.ts';
import { loadWatched, PACE_MS, saveWatched, WATCHED_MAX, type Watched } from './watch-list.ts';
import type { WatchTable } from './watch-table.ts';

/** Channels of the selected instrument, beside the quote that every watched one has. */
const DETAIL_CHANNELS = ['trade', 'depth@20', 'kline@1m'];
/** Their interval in milliseconds at most: one looks closely at one instrument. Trades are told one by one at any interval. */
const DETAIL_MS_MAX = 100;
/** Times that the history is asked for where there is no answer, and the milliseconds between: what is behind it may be failing over. */
const HISTORY_TRIES = 5;
const HISTORY_AGAIN_MS = 3_000;

export interface Views {
  table: WatchTable;
  book: BookView;
  trades: TradesView;
  chart: CandleChart;
  connection: ConnectionView;
  /** Heading of the detail views. */
  selected: HTMLElement;
  selectedStatus: HTMLElement;
  /** A line under the header; '' hides it. */
  notice(text: string): void;
  empty(is: boolean): void;
}

/** What is watched and which one is looked at; takes the client's events to the views. */
export class MarketWatch {
  readonly #client: TapecastClient;
  readonly #rest: Rest;
  readonly #views: Views;
  readonly #storage: Storage;
  readonly #statuses = new Map<string, string>();
  #watched: Watched;
  /** Starts of the bars that were told since the history was asked for. */
  #barsTold = new Set<number>();
  #newestBar = 0;
  /** The chart's decimals are known from the first text of a price. */
  #chartDecimals: number | undefined;

  constructor(client: TapecastClient, rest: Rest, views: Views, storage: Storage, defaults: readonly string[]) {
    this.#client = client;
    this.#rest = rest;
    this.#views = views;
    this.#storage = storage;
    this.#watched = loadWatched(storage) ?? { symbols: [...defaults], selected: defaults[0], paceMs: PACE_MS };
    this.#listen();
    for (const symbol of this.#watched.symbols) views.table.add(symbol);
    this.#attemptRows(this.#watched.symbols);
    this.#show(this.#watched.selected);
    views.empty(this.#watched.symbols.length === 0);
  }

  get paceMs(): number {
    return this.#watched.paceMs;
  }

  /** From now on the rows are told at this interval. */
  setPace(paceMs: number): void {
    this.#watched.paceMs = paceMs;
    this.#attemptRows(this.#watched.symbols);
    if (this.#watched.selected !== undefined) this.#attemptDetail(this.#watched.selected);
    this.#save();
  }

  add(symbol: string): void {
    if (!this.#watched.symbols.includes(symbol)) {
      if (this.#watched.symbols.length >= WATCHED_MAX) {
        this.#views.notice(`The list holds ${WATCHED_MAX} instruments. Remove one first.`);
        return;
      }
      this.#watched.symbols.push(symbol);
      this.#views.table.add(symbol);
      this.#attemptRows([symbol]);
    }
    this.#views.empty(false);
    this.select(symbol);
  }

  remove(symbol: string): void {
    this.#watched.symbols = this.#watched.symbols.filter((other) => other !== symbol);
    this.#views.table.remove(symbol);
    this.#statuses.delete(symbol);
    if (this.#watched.selected === symbol) this.select(this.#watched.symbols[0]);
    this.#ask(this.#client.unsubscribe([symbol], ['quote']));
    this.#views.empty(this.#watched.symbols.length === 0);
    this.#save();
  }

  select(symbol: string | undefined): void {
    const before = this.#watched.selected;
    if (before === symbol) return;
    if (before !== undefined) this.#ask(this.#client.unsubscribe([before], DETAIL_CHANNELS));
    this.#watched.selected = symbol;
    this.#show(symbol);
    this.#save();
  }

  #show(symbol: string | undefined): void {
    const views = this.#views;
    views.table.select(symbol);
    views.selected.textContent = symbol ?? '–';
    views.selectedStatus.textContent = symbol === undefined ? '' : (this.#statuses.get(symbol) ?? '');
    views.book.show(undefined);
    views.trades.clear();
    this.#chartDecimals = undefined;
    this.#newestBar = 0;
    views.chart.reset(2);
    if (symbol === undefined) return;
    this.#attemptDetail(symbol);
    this.#loadHistory(symbol);
  }

  /** Bars that ended before, or while there was no connection. Tried again for a while where there is no answer. */
  #loadHistory(symbol: string, tries = HISTORY_TRIES): void {
    const told = new Set<number>();
    this.#barsTold = told;
    void this.#rest
      .bars(symbol)
      .then((bars) => {
        if (this.#watched.selected !== symbol) return;
        // What came live meanwhile is newer than the answer, and so is the bar that goes on.
        for (const bar of bars)
          if (!told.has(bar.startMs) && bar.startMs !== this.#newestBar) this.#views.chart.set(bar);
      })
      .catch(() => {
        if (this.#watched.selected !== symbol || this.#barsTold !== told) return;
        if (tries > 1) setTimeout(() => this.#loadHistoryAgain(symbol, told, tries - 1), HISTORY_AGAIN_MS);
        else this.#views.notice(`The history of ${symbol} could not be read; the chart begins now.`);
      });
  }

  #loadHistoryAgain(symbol: string, told: Set<number>, tries: number): void {
    if (this.#watched.selected === symbol && this.#barsTold === told) this.#loadHistory(symbol, tries);
  }

  #listen(): void {
    const { table, book, trades, connection } = this.#views;
    const client = this.#client;
    const isShown = (symbol: string): boolean => symbol === this.#watched.selected;
    client.on('quote', (quote) => {
      connection.count(quote);
      table.update(quote.symbol, rowOf(quote));
    });
    client.on('trade', (trade) => {
      connection.count(trade);
      if (isShown(trade.symbol)) trades.add(trade);
    });
    client.on('depth', (depth) => {
      connection.count(depth);
      if (isShown(depth.symbol)) book.show(depth.book);
    });
    client.on('kline', (bar) => {
      connection.count(bar);
      if (isShown(bar.symbol)) this.#bar(bar);
    });
    client.on('status', ({ symbol, state, reason }) => {
      table.setStatus(symbol, state, reason);
      this.#statuses.set(symbol, state === 'live' ? '' : state);
      if (isShown(symbol)) this.#views.selectedStatus.textContent = this.#statuses.get(symbol) ?? '';
    });
    client.on('gap', ({ symbol, channel, lost, reason }) => {
      const span = lost === undefined ? '' : ` ${lost[0]} to ${lost[1]}`;
      this.#views.notice(`${symbol ?? 'This connection'} ${channel ?? ''}: updates${span} are missing (${reason}).`);
    });
    client.on('rejected', ({ symbol, channel, msg }) => this.#views.notice(`${symbol} ${channel}: ${msg}`));
    client.on('notice', ({ msg }) => this.#views.notice(msg));
    client.on('state', ({ state, code, reason, retryInMs }) => {
      const why = code === undefined ? '' : `closed with ${code} ${reason}`;
      connection.setState(state, retryInMs === undefined ? why : `${why}; next try in ${Math.round(retryInMs)} ms`);
      if (state !== 'open') return;
      this.#views.notice('');
    });
    client.on('resumed', () => {
      if (this.#watched.selected !== undefined) this.#loadHistory(this.#watched.selected);
    });
  }

  #bar({ start, open, high, low, close, volume }: KlineEvent): void {
    const { chart } = this.#views;
    const decimals = open.split('.')[1]?.length ?? 0;
    if (decimals !== this.#chartDecimals) {
      this.#chartDecimals = decimals;
      chart.setDecimals(decimals);
    }
    const numbers = {
      open: Number(open),
      high: Number(high),
      low: Number(low),
      close: Number(close),
      volume: Number(volume),
    };
    this.#barsTold.add(start);
    this.#newestBar = Math.max(this.#newestBar, start);
    chart.set({ startMs: start, ...numbers });
  }

  #attemptRows(symbols: readonly string[]): void {
    this.#attempt(symbols, ['quote'], this.#watched.paceMs);
  }

  #attemptDetail(symbol: string): void {
    this.#attempt([symbol], DETAIL_CHANNELS, Math.min(this.#watched.paceMs, DETAIL_MS_MAX));
  }

  #attempt(symbols: readonly string[], channels: readonly string[], intervalMs: number): void {
    if (symbols.length === 0) return;
    void this.#client.subscribe(symbols, channels, { intervalMs }).then(
      (results) => {
        for (const { symbol, channel, ok, msg } of results)
          if (!ok) this.#views.notice(`${symbol} ${channel}: ${msg ?? 'refused'}`);
      },
      (error: unknown) => this.#views.notice(String(error)),
    );
  }

  #ask(done: Promise<unknown>): void {
    done.catch((error: unknown) => this.#views.notice(String(error)));
  }

  #save(): void {
    saveWatched(this.#storage, this.#watched);
  }
}

const rowOf = ({ last, change, changePct, bid, ask, volume }: QuoteEvent) => ({
  last,
  change,
  changePct,
  bid,
  ask,
  volume,
});
