/** What became of records of md.updates: taken, or why not. */
export const RECORD_OUTCOMES = ['taken', 'unreadable', 'left_epoch', 'lost'] as const;
export type RecordOutcome = (typeof RECORD_OUTCOMES)[number];

/** Counts of one partition, since the start. Plain numbers: they are added to for each record, and copied when asked for. */
export interface PartitionCounts {
  readonly records: Record<RecordOutcome, number>;
  /** Entries of instruments that a client holds here, handed to their states; the others are passed over unread. */
  entries: number;
  /** Microseconds from compute's writing of the last record to our reading of it; 0 before the first. */
  ageUs: number;
}

export const noRecords = (): PartitionCounts => ({
  records: { taken: 0, unreadable: 0, left_epoch: 0, lost: 0 },
  entries: 0,
  ageUs: 0,
});
