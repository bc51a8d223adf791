// A client writes prices with it, and depends on no other package than this one.
export { formatUnits } from '@tapecast/market';
export {
  type DepthLevels,
  depthOf,
  intervalOf,
  parseChannel,
  sequenceOf,
  type UnknownChannel,
} from './channel-names.ts';
export { CLIENT_ACTIONS } from './client-message.ts';
export { CLOSE_CODES, type CloseAnswer, type CloseMeaning, type CloseReason, closeAnswer } from './close-codes.ts';
export { DELTAS_FRONT_BYTES_MAX, DeltaFrames, putDeltasFront } from './delta-frames.ts';
export { DeltaStream } from './delta-stream.ts';
export { ERROR_CODES, type ErrorMeaning, errorMessage } from './error-codes.ts';
export { type DecodedFrame, FrameDecoder, type FrameDecoderOptions } from './frame-decoder.ts';
export { encodeJsonClientMessage, parseJsonClientMessage } from './json-client-message.ts';
export { encodeJsonControl } from './json-control.ts';
export { type JsonNumbers, jsonData } from './json-data.ts';
export { type ParsedJsonFrame, parseJsonServerMessage } from './json-server-message.ts';
export {
  type Channel,
  type ClientMessage,
  type ControlMessage,
  type DataMessage,
  type DepthMessage,
  type ErrorCode,
  type ErrorMessage,
  type HeartbeatMessage,
  type HelloMessage,
  type InstrumentView,
  type Interval,
  type KlineMessage,
  type Levels,
  type MarketState,
  type MessageId,
  type NamedLimits,
  type NoticeMessage,
  type PongMessage,
  type QuoteFields,
  type QuoteMessage,
  RESUME_OUTCOMES,
  type ResumeMessage,
  type ResumeOutcome,
  type ResumePosition,
  type Side,
  type StatusMessage,
  SUBPROTOCOLS,
  type Subprotocol,
  type SubscribeMessage,
  type SubscriptionResult,
  type SuccessMessage,
  type TradeMessage,
  type Units,
} from './messages.ts';
export { NameTable } from './name-table.ts';
export { decodeProtobufClientMessage, encodeProtobufClientMessage } from './protobuf-client-message.ts';
export {
  encodeProtobufFrame,
  type FrameMeta,
  isData,
} from './protobuf-frame.ts';
export { decodeTick } from './tick-decoder.ts';
export { encodeTick } from './tick-encoder.ts';
export {
  type BatchEntry,
  encodeUpdateBatch,
  type OpenBatch,
  openUpdateBatch,
  type SequenceSpan,
  type SourceClock,
  type UpdateBatch,
  type UpdateBatchHead,
} from './update-batch.ts';
export { decodeUpdate, encodeUpdate } from './update-codec.ts';
export { type EntryFilter, UpdateBatchReader, type UpdateEntry } from './update-reader.ts';
export { decodeView, encodeView } from './view-codec.ts';
export { WireError, type WireErrorCode } from './wire-error.ts';
