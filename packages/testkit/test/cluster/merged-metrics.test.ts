import { expect, it } from 'vitest';
import { mergeMetrics } from '../../src/cluster/merged-metrics.ts';

const GATEWAY = `# HELP tapecast_ticks_total Ticks.
# TYPE tapecast_ticks_total counter
tapecast_ticks_total 5

# HELP tapecast_wait_ms Wait, in "ms".
# TYPE tapecast_wait_ms histogram
tapecast_wait_ms_bucket{le="1",hop="a b"} 2
tapecast_wait_ms_bucket{le="+Inf",hop="a b"} 3
tapecast_wait_ms_sum{hop="a b"} 4.5
tapecast_wait_ms_count{hop="a b"} 3
`;

it('tells each family once, and each sample with its process', () => {
  const other = '# HELP tapecast_ticks_total Ticks.\n# TYPE tapecast_ticks_total counter\ntapecast_ticks_total 7\n';
  const merged = mergeMetrics([
    { process: 'gateway-0', text: GATEWAY },
    { process: 'gateway-1', text: other },
    { process: 'compute-0', text: '' },
  ]);
  expect(merged).toBe(`# HELP tapecast_ticks_total Ticks.
# TYPE tapecast_ticks_total counter
tapecast_ticks_total{process="gateway-0"} 5
tapecast_ticks_total{process="gateway-1"} 7

# HELP tapecast_wait_ms Wait, in "ms".
# TYPE tapecast_wait_ms histogram
tapecast_wait_ms_bucket{process="gateway-0",le="1",hop="a b"} 2
tapecast_wait_ms_bucket{process="gateway-0",le="+Inf",hop="a b"} 3
tapecast_wait_ms_sum{process="gateway-0",hop="a b"} 4.5
tapecast_wait_ms_count{process="gateway-0",hop="a b"} 3
`);
});
