export {
  BOOK_LEVELS_PUBLISHED,
  CHANNELS,
  type Channel,
  INTERVAL_MS,
  INTERVALS,
  type Interval,
  SEQUENCES,
  type Sequence,
  TRADES_IN_SNAPSHOT,
} from './channel.ts';
export { changeOf, changePctOf, vwapOf } from './day-statistics.ts';
export {
  type Decimal,
  type DecimalError,
  divideHalfEven,
  divideUnitsHalfEven,
  formatUnits,
  fromSum,
  parseDecimal,
  powerOfTen,
  type Sum,
  scaleTo,
  toSum,
} from './decimal.ts';
export { ExactSum } from './exact-sum.ts';
export type { Emit, FoldRejection, InstrumentFold, InstrumentFoldFactory } from './fold.ts';
export { type InstrumentError, type InstrumentName, parseInstrument, regionOf, symbolOf } from './instrument.ts';
export { createInstrumentFold, createInstrumentFolds, FOLD_VERSION, restoreInstrumentFold } from './instrument-fold.ts';
export { applyLevels, cutBook, diffLevels } from './levels.ts';
export {
  BOOK_LEVELS_MAX,
  DECIMALS_MAX,
  FINAL_GRACE_MS,
  FUTURE_TIME_MS,
  LATE_TRADE_MS,
  SYMBOL_LENGTH_MAX,
} from './limits.ts';
export { fenceOfSource, SourceFences, sourceName, venueOfSource } from './source-name.ts';
export {
  type BarTick,
  type BookDeltaTick,
  type BookSnapshotTick,
  type ClockTick,
  COUNTS_ALL,
  COUNTS_HIGH_LOW,
  COUNTS_LAST,
  COUNTS_VOLUME,
  type Levels,
  type MarketState,
  type QuoteTick,
  type Side,
  type StatusTick,
  type Tick,
  type TickBody,
  type TradeTick,
  type Units,
} from './tick.ts';
export { TradingCalendar, type TradingDay } from './trading-day.ts';
export {
  type DepthChange,
  type InstrumentView,
  type Kline,
  type NumberedTrade,
  QUOTE_FIELDS,
  type QuoteChange,
  type QuoteFields,
  type Status,
  type Trade,
  type Update,
  type UpdateBody,
} from './update.ts';
export { applyUpdate, emptyView } from './view.ts';
