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
export type { SharedStoreAccess } from './shared/messages.ts';
export { openSharedRecordStore } from './shared/record-store.ts';
export { StoreSharing } from './shared/store-sharing.ts';
export { openTableStore, type TableChange, type TableStore, type TableStoreOptions } from './table-store.ts';
