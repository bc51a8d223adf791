export * from './messages.ts';
export { decodeTick, encodeTick } from './tick-codec.ts';
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
export { decodeView, encodeView } from './view-codec.ts';
export { WireError, type WireErrorCode } from './wire-error.ts';
