import { Counter, Gauge, Histogram, type Registry } from '@tapecast/service-kit';

/** All metrics of ingest. Labels are bounded: kinds, reasons and venues, never symbols. */
export function createIngestMetrics(registry: Registry) {
  const registers = [registry];
  return {
    framesReceived: new Counter({
      name: 'tapecast_ingest_frames_total',
      help: 'WebSocket frames received',
      labelNames: ['venue'],
      registers,
    }),
    ticksTaken: new Counter({
      name: 'tapecast_ingest_ticks_total',
      help: 'Ticks numbered and handed to the publisher',
      labelNames: ['venue', 'kind'],
      registers,
    }),
    framesBad: new Counter({
      name: 'tapecast_ingest_bad_frames_total',
      help: 'Frames that were not understood and skipped, by reason',
      labelNames: ['venue', 'reason'],
      registers,
    }),
    tradesDuplicate: new Counter({
      name: 'tapecast_ingest_duplicate_trades_total',
      help: 'Trades dropped because their id was seen',
      labelNames: ['venue'],
      registers,
    }),
    tradesMissing: new Counter({
      name: 'tapecast_ingest_missing_trades_total',
      help: 'Trade ids that the venue skipped or that fell into a disconnection',
      labelNames: ['venue'],
      registers,
    }),
    tradesFetched: new Counter({
      name: 'tapecast_ingest_fetched_trades_total',
      help: "Trades that did not come over a stream and were had from the venue's REST",
      labelNames: ['venue'],
      registers,
    }),
    gapsTold: new Counter({
      name: 'tapecast_ingest_gaps_told_total',
      help: 'Instruments of a venue without trade ids whose clients were told a span in which trades may be missing, at a takeover',
      labelNames: ['venue'],
      registers,
    }),
    active: new Gauge({
      name: 'tapecast_ingest_active',
      help: '1 where this process publishes its venue, 0 where it stands by',
      registers,
    }),
    takeovers: new Counter({
      name: 'tapecast_ingest_takeovers_total',
      help: 'Times that this process began to publish a venue of which the log had ticks',
      registers,
    }),
    takeoverSeconds: new Histogram({
      name: 'tapecast_ingest_takeover_seconds',
      help: 'From the lease to the first tick: marking the log and reading its end',
      buckets: [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30],
      registers,
    }),
    bookResyncs: new Counter({
      name: 'tapecast_ingest_book_resyncs_total',
      help: 'Order books discarded and asked for again, by reason',
      labelNames: ['venue', 'reason'],
      registers,
    }),
    booksSynced: new Gauge({
      name: 'tapecast_ingest_books_synced',
      help: 'Order books that follow the venue now',
      labelNames: ['venue'],
      registers,
    }),
    restCalls: new Counter({
      name: 'tapecast_ingest_rest_calls_total',
      help: 'REST calls by their outcome',
      labelNames: ['venue', 'outcome'],
      registers,
    }),
    connections: new Gauge({
      name: 'tapecast_ingest_connections',
      help: 'Venue connections that are open and subscribed',
      labelNames: ['venue'],
      registers,
    }),
    disconnections: new Counter({
      name: 'tapecast_ingest_disconnections_total',
      help: 'Venue connections lost or not made',
      labelNames: ['venue'],
      registers,
    }),
    renewals: new Counter({
      name: 'tapecast_ingest_renewals_total',
      help: 'Venue connections replaced by a new one before they ended, by reason',
      labelNames: ['venue', 'reason'],
      registers,
    }),
    instrumentsRefused: new Gauge({
      name: 'tapecast_ingest_instruments_refused',
      help: "Instruments that the venue's plan has no room for",
      labelNames: ['venue'],
      registers,
    }),
    handovers: new Counter({
      name: 'tapecast_ingest_handovers_total',
      help: 'Instruments that changed to another connection of a venue without trade ids, by outcome',
      labelNames: ['venue', 'outcome'],
      registers,
    }),
    valuesLeftOut: new Counter({
      name: 'tapecast_ingest_values_left_out_total',
      help: 'Values of good frames that could not be told exactly and were left out',
      labelNames: ['venue', 'value'],
      registers,
    }),
    clockMs: new Gauge({
      name: 'tapecast_ingest_source_clock_ms',
      help: 'Clock of the source, Unix ms',
      labelNames: ['venue'],
      registers,
    }),
    buffered: new Gauge({
      name: 'tapecast_ingest_buffer_bytes',
      help: 'Bytes taken and not yet acknowledged by the log',
      registers,
    }),
    paused: new Gauge({
      name: 'tapecast_ingest_reading_paused',
      help: '1 while venue sockets are not read because the buffer is full',
      registers,
    }),
    pauses: new Counter({
      name: 'tapecast_ingest_reading_pauses_total',
      help: 'Times that reading was paused because the buffer was full',
      registers,
    }),
    spooled: new Counter({
      name: 'tapecast_ingest_spooled_ticks_total',
      help: 'Ticks put on disk because the log did not take them',
      registers,
    }),
    spoolLost: new Counter({
      name: 'tapecast_ingest_spool_lost_ticks_total',
      help: 'Ticks that were put on disk and could not be read back',
      registers,
    }),
    spoolFailures: new Counter({
      name: 'tapecast_ingest_spool_failures_total',
      help: 'Times that ticks could not be put on disk and stayed in memory',
      registers,
    }),
    spoolWaiting: new Gauge({
      name: 'tapecast_ingest_spool_ticks',
      help: 'Ticks on disk that the log has not acknowledged',
      registers,
    }),
    spoolBytes: new Gauge({
      name: 'tapecast_ingest_spool_bytes',
      help: 'Bytes on disk while ticks wait there',
      registers,
    }),
    flushSeconds: new Histogram({
      name: 'tapecast_ingest_flush_seconds',
      help: 'Time from a flush to its acknowledgement',
      buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5, 30],
      registers,
    }),
    flushRecords: new Histogram({
      name: 'tapecast_ingest_flush_records',
      help: 'Ticks in one flush',
      buckets: [1, 5, 10, 50, 100, 500, 1_000, 5_000, 20_000],
      registers,
    }),
  };
}

export type IngestMetrics = ReturnType<typeof createIngestMetrics>;
