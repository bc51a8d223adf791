import type { FoldContext, FoldPart } from './fold-part.ts';
import { KlineFold } from './kline.ts';
import { OrderBookFold } from './order-book.ts';
import { QuoteFold } from './quote.ts';
import { StatusFold } from './status.ts';
import { TradeFold } from './trade.ts';
import { TradeStatisticsFold } from './trade-statistics.ts';

/**
 * The folds of an instrument, in the order in which a tick passes them: an update of `trade` comes before the bar and the
 * quote that it changed, and `quote` is last of those that make it. A new fold is one file and one line. The name is the
 * fold's key in saved state.
 */
export const FOLD_PARTS: readonly { name: string; create: (context: FoldContext) => FoldPart }[] = [
  { name: 'trade', create: (context) => new TradeFold(context) },
  { name: 'kline', create: (context) => new KlineFold(context) },
  { name: 'statistics', create: (context) => new TradeStatisticsFold(context) },
  { name: 'book', create: (context) => new OrderBookFold(context) },
  { name: 'quote', create: (context) => new QuoteFold(context) },
  { name: 'status', create: (context) => new StatusFold(context) },
];
