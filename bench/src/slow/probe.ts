/** The instrument by which latency is measured: each record has one trade of it, whose size is the record's number. */
export const PROBE = 'PROBE$BA';
