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
export { ensureKafkaTopics, type KafkaTickLogOptions, openKafkaTickLog } from './kafka/tick-log.ts';
export { LIMITS } from './limits.ts';
export type { LogWriter } from './log-writer.ts';
export type { LogJournal } from './memory/journal.ts';
export {
  type JournalOptions,
  type MemoryTickLogOptions,
  openJournalledTickLog,
  openMemoryTickLog,
} from './memory/tick-log.ts';
export { partitionOf } from './partition.ts';
export { LogSharing } from './shared/log-sharing.ts';
export type { SharedLogAccess } from './shared/messages.ts';
export { openSharedTickLog } from './shared/tick-log.ts';
export { TOPICS } from './topics.ts';
