import { createRegistry, Gauge } from '@tapecast/service-kit';
import { describe, expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '../../src/index.ts';
import { limitsDisagree } from '../../src/limits.ts';
import { createMetrics } from '../../src/metrics.ts';
import { watchPartitions } from '../../src/subscriptions/metrics.ts';
import { noCounts } from '../../src/subscriptions/partition-ledger.ts';
import { limitsOfThread } from '../../src/threads/limits.ts';
import { mergedMetrics } from '../../src/threads/merged-metrics.ts';

describe('bounds of a thread', () => {
  test('of any number of threads keep those of the process together, and agree with each other', () => {
    for (let threads = 1; threads <= 64; threads++) {
      const own = limitsOfThread(DEFAULT_LIMITS, threads);
      expect(limitsDisagree(own)).toBeUndefined();
      for (const name of ['connectionsMax', 'unadmittedMax', 'unreadBytesMax', 'toldTradesBytes'] as const) {
        expect(own[name] * threads).toBeGreaterThanOrEqual(DEFAULT_LIMITS[name]);
        expect(own[name] * threads).toBeLessThan(DEFAULT_LIMITS[name] + threads);
      }
      // Dealt by turns among those of others: room for an uneven hand, but no more than the whole.
      expect(own.connectionsPerAddressMax).toBeLessThanOrEqual(DEFAULT_LIMITS.connectionsPerAddressMax);
      expect(own.connectionsPerAddressMax * threads).toBeGreaterThanOrEqual(DEFAULT_LIMITS.connectionsPerAddressMax);
      expect(own.replayWindowBytes).toBe(DEFAULT_LIMITS.replayWindowBytes);
    }
    expect(limitsOfThread({ ...DEFAULT_LIMITS, connectionsPerAddressMax: 3 }, 2).connectionsPerAddressMax).toBe(3);
  });
});

describe('metrics of threads', () => {
  const samples = (text: string): Map<string, number> =>
    new Map(
      text
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('#'))
        .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
    );

  test('are sums, but for what all threads tell alike and what the process has once', async () => {
    const threads = [1, 2].map((n) => {
      const registry = createRegistry();
      const metrics = createMetrics(registry);
      metrics.records.inc(10 + n);
      metrics.clientMessages.inc(n);
      metrics.closed('silent');
      metrics.observeHops(0, 1_500 * n, 3_000 * n);
      const counts = noCounts();
      counts.records.taken = 50 + n;
      counts.streams.told = n;
      counts.deliveries.held = 2 * n;
      watchPartitions(registry, { counts: () => [counts], position: () => 70 + n, waiting: () => n });
      new Gauge({ name: 'tapecast_gateway_connections', help: 'Of a thread.', registers: [registry] }).set(n * 100);
      return registry;
    });
    const own = createRegistry();
    const text = await mergedMetrics(
      await own.getMetricsAsJSON(),
      await Promise.all(
        threads.map(async (one, i) => ({ metrics: await one.getMetricsAsJSON(), activeSeconds: i + 1 })),
      ),
    );
    const all = samples(text);
    expect(all.get('tapecast_gateway_records_total')).toBe(12);
    expect(all.get('tapecast_gateway_client_messages_total')).toBe(3);
    const of = (name: string, outcome: string): number | undefined =>
      all.get(`tapecast_gateway_partition_${name}_total{partition="0",outcome="${outcome}"}`);
    expect([of('records', 'taken'), of('stream_updates', 'told'), of('deliveries', 'held')]).toEqual([52, 3, 6]);
    expect(all.get('tapecast_gateway_partition_offset{partition="0"}')).toBe(72);
    expect(all.get('tapecast_gateway_partition_waiting_updates{partition="0"}')).toBe(3);
    expect(all.get('tapecast_gateway_closes_total{reason="silent"}')).toBe(2);
    expect(all.get('tapecast_gateway_received_to_computed_seconds_bucket{le="0.002"}')).toBe(1);
    expect(all.get('tapecast_gateway_received_to_computed_seconds_count')).toBe(2);
    expect(all.get('tapecast_gateway_connections')).toBe(300);
    expect(all.get('tapecast_gateway_thread_connections{thread="1"}')).toBe(200);
    expect(all.get('tapecast_gateway_thread_active_seconds_total{thread="1"}')).toBe(2);
    expect(all.get('tapecast_process_start_time_seconds')).toBeGreaterThan(1_000_000_000);
    expect(all.get('tapecast_process_start_time_seconds')).toBeLessThan(Date.now() / 1000 + 1);
    for (const line of text.split('\n')) expect(line).toMatch(/^$|^# |^tapecast_/);
  });
});
