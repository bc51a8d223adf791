import { TapecastClient } from '@tapecast/client';
import { BookView } from './book-view.ts';
import { CandleChart } from './candle-chart.ts';
import { ConnectionView } from './connection-view.ts';
import { element } from './element.ts';
import { HappeningsView } from './happenings-view.ts';
import { InstrumentSearch } from './instrument-search.ts';
import { MarketWatch } from './market-watch.ts';
import { PaceChoice } from './pace-choice.ts';
import { PageToken } from './page-token.ts';
import { Rest } from './rest.ts';
import { SignInView } from './sign-in-view.ts';
import { followTheme } from './theme.ts';
import { TradesView } from './trades-view.ts';
import { WatchTable } from './watch-table.ts';

/** Shown to someone who comes for the first time, where the feed has them. */
const FAVOURITES = ['AAPL$US', '700$HK', '600519$SH', 'EURUSD$GB', 'BTCUSDT$BA', 'TEST$XX'];
const FIRST_LIST = 16;
/**
 * Every second frame of a 60 Hz screen: nobody reads figures faster, and it is half the work. A little less than two frames,
 * whose times are never quite even.
 */
const WRITE_EVERY_MS = 30;

async function firstList(rest: Rest): Promise<string[]> {
  try {
    const known = (await rest.instruments('', 500)).map(({ symbol }) => symbol);
    const favourites = FAVOURITES.filter((symbol) => known.includes(symbol));
    return [...favourites, ...known.filter((symbol) => !favourites.includes(symbol))].slice(0, FIRST_LIST);
  } catch {
    // The gateway is away just now: the test instrument is in every set-up.
    return ['TEST$XX'];
  }
}

async function main(): Promise<void> {
  const stream = new URL('/v1/stream', location.href);
  stream.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
  const pageToken = new PageToken(sessionStorage);
  const rest = new Rest(() => pageToken.newest);
  const client = new TapecastClient({
    url: stream.href,
    ...(pageToken.newest !== undefined && { token: () => pageToken.newest ?? '' }),
  });
  const signIn = new SignInView(
    element('sign-in', HTMLElement),
    element('sign-in-why', HTMLParagraphElement),
    element('sign-in-detail', HTMLParagraphElement),
    element('sign-in-form', HTMLFormElement),
    element('token', HTMLInputElement),
    (token) => {
      pageToken.keep(token);
      location.reload();
    },
  );
  client.on('authFailed', (failure) => {
    if (failure.renewal || failure.code === 'unavailable') {
      views.notice(failure.msg);
      return;
    }
    if (!signIn.shown || failure.code !== 'token_source') signIn.show(failure);
    views.connection.setSignedOut(true);
  });
  client.on('auth', () => {
    signIn.hide();
    views.connection.setSignedOut(false);
  });
  // An open connection renews with it when its time comes.
  pageToken.follow(() => {
    if (client.state !== 'open') location.reload();
  });

  const chart = new CandleChart(element('candles', HTMLDivElement));
  followTheme(element('theme', HTMLButtonElement), localStorage, () => chart.paint());
  const noticeLine = element('notice', HTMLParagraphElement);
  const table = new WatchTable(element('rows', HTMLTableSectionElement), {
    select: (symbol) => watch.select(symbol),
    remove: (symbol) => watch.remove(symbol),
  });
  const views = {
    table,
    chart,
    book: new BookView(element('levels', HTMLTableSectionElement)),
    trades: new TradesView(element('trades', HTMLTableSectionElement)),
    connection: new ConnectionView(
      element('connection', HTMLElement),
      element('state', HTMLElement),
      element('age', HTMLElement),
      element('rate', HTMLElement),
    ),
    selected: element('selected', HTMLElement),
    selectedStatus: element('selected-status', HTMLElement),
    notice: (text: string) => {
      noticeLine.textContent = text;
      noticeLine.hidden = text === '';
    },
    empty: (is: boolean) => {
      element('empty', HTMLParagraphElement).hidden = !is;
    },
  };
  new HappeningsView(
    element('happenings', HTMLDetailsElement),
    element('happened', HTMLElement),
    element('happened-before', HTMLOListElement),
  ).follow(client);
  const watch = new MarketWatch(client, rest, views, localStorage, await firstList(rest));
  new PaceChoice(element('pace', HTMLSelectElement), watch);
  new InstrumentSearch(
    element('search', HTMLFormElement),
    element('query', HTMLInputElement),
    element('found', HTMLDivElement),
    {
      find: (query) => rest.instruments(query),
      choose: (symbol) => watch.add(symbol),
    },
  );
  client.connect();

  // However many updates come, the page is written once in a while, in an animation frame; a hidden tab is not written at all.
  let writtenAt = 0;
  const render = (now: number): void => {
    requestAnimationFrame(render);
    if (now - writtenAt < WRITE_EVERY_MS) return;
    writtenAt = now;
    views.table.render();
    views.book.render();
    views.trades.render();
    views.chart.render();
    views.connection.render(now);
  };
  requestAnimationFrame(render);
}

await main();
