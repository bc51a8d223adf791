export type { Fault } from './binance/faults.ts';
export { type PlanOptions, type PlayEntry, type PlayPlan, type PlaySymbol, planPlay } from './binance/play-plan.ts';
export { type BinanceVenue, type BinanceVenueOptions, startBinanceVenue, type VenueSymbol } from './binance/venue.ts';
export { VenueError, type VenueErrorCode } from './errors.ts';
export type { ItickFault, ItickFaultName } from './itick/faults.ts';
export { frameText as itickFrameText } from './itick/frames.ts';
export {
  type AssetClass,
  type ItickEntry,
  type ItickInstrument,
  type ItickPlan,
  planItickPlay,
} from './itick/play-plan.ts';
export type { ItickPlanLimits } from './itick/sockets.ts';
export { type ItickConnectionView, type ItickVenue, type ItickVenueOptions, startItickVenue } from './itick/venue.ts';
export { dueWallUs, playedUs, type ReplayClock, type Span, type Speed } from './play/play-axis.ts';
export type { AlpacaTrade, AlpacaTradesRecording } from './recordings/alpaca.ts';
export type { CoarseRecording, CoarseRow } from './recordings/coarse.ts';
export { RecordingError, type RecordingErrorCode } from './recordings/errors.ts';
export type { FrameDirection, FrameTable, RecordedFrame } from './recordings/frame-table.ts';
export type {
  LeanForexQuote,
  LeanForexRecording,
  LeanQuote,
  LeanQuoteRecording,
  LeanTrade,
  LeanTradeRecording,
} from './recordings/lean.ts';
export type { MalformedLines, RecordingEnd } from './recordings/lines.ts';
export { type FrameRecording, type FrameVenue, openRecording, type Recording } from './recordings/open-recording.ts';
export type { VenueAbout } from './server/admin.ts';
export { type ReplayVenue, type ReplayVenueOptions, startVenue } from './start-venue.ts';
