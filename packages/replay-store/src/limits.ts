/** Every bound of the store: unit in the name, why it has this value, what happens when it is reached. */
export const LIMITS = {
  /** Values of one block, the unit that is read and checked. More of one partition in an append makes several blocks. */
  blockBytesMax: 256 * 1024,
  /** Blocks of one write. More of one append is several writes, each whole or not at all. */
  writeBytesMax: 1024 * 1024,
  /** One value: the largest record of the log with its key, and some. A larger one is refused: `invalid`. */
  valueBytesMax: 1024 * 1024,
  /** What a block is counted with beside its values: its entry in LevelDB's files and in the index in memory. */
  blockOverheadBytes: 256,
  /** The whole goes a segment at a time: so many of them make up `bytesMax`. */
  segmentsInBytes: 8,
  /** … and so many `ageMsMax`. */
  segmentsInAge: 4,
  /** After a rejected write the disk is left alone for so long: appends meanwhile are rejected at once. */
  retryMs: 1_000,
  /** LevelDB's memory for what is not yet in a table, of each segment that is written; of smaller stores a sixteenth of `bytesMax`. */
  writeBufferBytesMax: 4 * 1024 * 1024,
  writeBufferBytesMin: 64 * 1024,
  /** LevelDB's cache of table blocks, a segment. Blocks are read once, rarely twice. */
  cacheBytes: 256 * 1024,
  /** Table files that a segment keeps open. */
  openFilesMax: 24,
  /** Writes of a table that leave a mark: more than LevelDB has in its log at any time, where a piece in between may break. */
  marksMax: 4_096,
  /** Partition numbers are below this: an index entry that names a higher one is broken. */
  partitionsMax: 65_536,
} as const;
