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
