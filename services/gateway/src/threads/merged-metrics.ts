import { type MetricObject, mergeMetrics } from '@tapecast/service-kit';

/**
 * What each thread tells alike, because it reads the same log, catalogue, keys or certificate, or keeps views of the same
 * memory: the most of them, where all else is summed.
 */
const ALIKE = new Set([
  'tapecast_gateway_records_total',
  'tapecast_gateway_records_unreadable_total',
  'tapecast_gateway_partition_records_total',
  'tapecast_gateway_partition_offset',
  'tapecast_gateway_data_age_seconds',
  'tapecast_gateway_signals_late',
  'tapecast_gateway_records_of_left_epoch_total',
  'tapecast_gateway_log_gap_records_total',
  'tapecast_gateway_known_instruments',
  'tapecast_gateway_window_bytes',
  'tapecast_gateway_replay_store_bytes',
  'tapecast_gateway_replay_store_damaged_blocks',
  'tapecast_gateway_replay_store_lost_records_total',
  'tapecast_gateway_log_behind_seconds',
  'tapecast_gateway_draining',
  'tapecast_gateway_degraded_level',
  'tapecast_gateway_degraded_interval_ms',
  'tapecast_gateway_load',
  'tapecast_gateway_fleet_members',
  'tapecast_circuit_state',
  'tapecast_gateway_jwks_keys',
  'tapecast_gateway_jwks_age_seconds',
  'tapecast_gateway_tls_certificate_expiry_timestamp_seconds',
]);

/** Alike in the end, but a thread that is not through yet counts: the least of them. */
const LEAST = new Set(['tapecast_gateway_replay_filled_partitions']);

/** Of the whole process: the thread that answers has them. */
const OF_THE_PROCESS = /^tapecast_process_/;
const LOOP_LAG = /^tapecast_nodejs_eventloop_lag_/;

/** What a thread that serves clients has counted. */
export interface ThreadMetrics {
  metrics: readonly MetricObject[];
  /** Seconds that its event loop was not waiting. */
  activeSeconds: number;
}

/** The text of `/metrics` of a process, from what its own thread and those that serve have counted. */
export function mergedMetrics(own: readonly MetricObject[], threads: readonly ThreadMetrics[]): Promise<string> {
  const told = threads.map(({ metrics }) => metrics.filter(({ name }) => !OF_THE_PROCESS.test(name)));
  const all = [[...own, ...byThread(threads)], ...told];
  return mergeMetrics(all.map((metrics) => metrics.map((metric) => ({ ...metric, ...made(metric) }))));
}

function made({ name }: MetricObject): Partial<MetricObject> {
  // A loop that lags is hidden in a mean.
  if (ALIKE.has(name) || LOOP_LAG.test(name)) return { aggregator: 'max' };
  if (LEAST.has(name)) return { aggregator: 'min' };
  return OF_THE_PROCESS.test(name) ? { aggregator: 'first' } : {};
}

/** Whether the threads have equal parts, which the sums don't say. */
function byThread(threads: readonly ThreadMetrics[]): MetricObject[] {
  const family = (name: string, help: string, type: 'counter' | 'gauge', value: (of: ThreadMetrics) => number) => ({
    name,
    help,
    type,
    aggregator: 'sum',
    values: threads.map((thread, index) => ({ labels: { thread: index }, value: value(thread) })),
  });
  return [
    family('tapecast_gateway_thread_connections', 'Open connections of each thread.', 'gauge', ({ metrics }) =>
      firstValue(metrics, 'tapecast_gateway_connections'),
    ),
    family(
      'tapecast_gateway_thread_active_seconds_total',
      'Time in which the event loop of each thread was not waiting.',
      'counter',
      ({ activeSeconds }) => activeSeconds,
    ),
    // prom-client's types know only metrics that it made itself.
  ] as unknown as MetricObject[];
}

function firstValue(metrics: readonly MetricObject[], name: string): number {
  const found = metrics.find((metric) => metric.name === name) as { values?: { value: number }[] } | undefined;
  return found?.values?.[0]?.value ?? 0;
}
