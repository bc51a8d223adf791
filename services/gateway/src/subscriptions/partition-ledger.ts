/** What became of records of md.updates: taken, or why not. */
export const RECORD_OUTCOMES = ['taken', 'unreadable', 'left_epoch', 'lost'] as const;
export type RecordOutcome = (typeof RECORD_OUTCOMES)[number];

/**
 * Entries of taken records that are of instruments that clients hold here; the others are passed over unread. `taken` is the
 * sum of what became of them: `folded`; `joined`, where the state that is being read, or was read, has them; `left_epoch`;
 * `refused`, where they do not follow the state or can't be decoded, so that it is read anew.
 */
export const ENTRY_OUTCOMES = ['taken', 'folded', 'joined', 'left_epoch', 'refused'] as const;
/** Updates of decoded entries: `applied`, `known` already, or of an entry that was refused before them. */
export const UPDATE_OUTCOMES = ['applied', 'known', 'refused'] as const;
/**
 * Numbers by which streams (an instrument's channel at an interval) went on, each once a stream, however many clients have
 * it. `taken` is what became of them: `told` as the last number of a message; `merged_…` into one that was told, as the clients'
 * interval, degradation or a cut that stayed the same has it, or because a state was read anew; `lost`, which a hole tells;
 * `left` with the last client or with the epoch; or they wait, which `StreamGroup.waiting` says.
 */
export const STREAM_OUTCOMES = [
  'taken',
  'told',
  'merged_interval',
  'merged_degraded',
  'merged_unchanged',
  'merged_state',
  'lost',
  'left',
] as const;
/**
 * Messages of streams, once a client that has the stream: `delivered` to its socket; or not now, because it does not read or
 * is just coming back: `merged` into the state that it gets then, and of trades `held`. Of those, and of what came before a
 * client came back, trades are `replayed` or, which a hole tells, `lost`.
 */
export const DELIVERY_OUTCOMES = ['delivered', 'merged', 'held', 'replayed', 'lost'] as const;

type Counts<Outcomes extends readonly string[]> = Record<Outcomes[number], number>;

/** Counts of one partition, since the start. Plain numbers: they are added to on the way, and copied when asked for. */
export interface PartitionCounts {
  readonly records: Counts<typeof RECORD_OUTCOMES>;
  readonly entries: Counts<typeof ENTRY_OUTCOMES>;
  readonly updates: Counts<typeof UPDATE_OUTCOMES>;
  readonly streams: Counts<typeof STREAM_OUTCOMES>;
  readonly deliveries: Counts<typeof DELIVERY_OUTCOMES>;
  /** Microseconds from compute's writing of the last record to our reading of it; 0 before the first. */
  ageUs: number;
}

export const noCounts = (): PartitionCounts => ({
  records: { taken: 0, unreadable: 0, left_epoch: 0, lost: 0 },
  entries: { taken: 0, folded: 0, joined: 0, left_epoch: 0, refused: 0 },
  updates: { applied: 0, known: 0, refused: 0 },
  streams: {
    taken: 0,
    told: 0,
    merged_interval: 0,
    merged_degraded: 0,
    merged_unchanged: 0,
    merged_state: 0,
    lost: 0,
    left: 0,
  },
  deliveries: { delivered: 0, merged: 0, held: 0, replayed: 0, lost: 0 },
  ageUs: 0,
});
