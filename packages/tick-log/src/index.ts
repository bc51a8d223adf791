export type {
  GroupReader,
  GroupReaderOptions,
  LogGap,
  LogProducer,
  LogReader,
  LogRecord,
  PartitionBatch,
  ReaderOptions,
  TickLog,
  Topic,
} from './contract.ts';
export { TickLogError, type TickLogErrorCode } from './errors.ts';
export { type MemoryTickLogOptions, openMemoryTickLog } from './memory/tick-log.ts';
export { partitionOf } from './partition.ts';
