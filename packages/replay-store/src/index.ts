export type {
  RecordBatch,
  RecordBounds,
  RecordStore,
  RecordStoreLogger,
  RecordStoreOptions,
  StoredRecord,
} from './contract.ts';
export { RecordStoreError, type RecordStoreErrorCode } from './errors.ts';
export { openRecordStore } from './record-store.ts';
export { openTableStore, type TableChange, type TableStore, type TableStoreOptions } from './table-store.ts';
