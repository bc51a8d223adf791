import { AggregatorRegistry, collectDefaultMetrics, type MetricObject, Registry } from 'prom-client';

export { Counter, Gauge, Histogram, type MetricObject, Registry } from 'prom-client';

/** prom-client's own gauges whose names promtool rejects (a gauge that ends in _total). */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];
const PREFIX = 'tapecast_';

/** A registry with the process's own metrics, all names beginning `tapecast_`. */
export function createRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: PREFIX });
  for (const name of MISNAMED) registry.removeSingleMetric(PREFIX + name);
  return registry;
}

/**
 * The text of `/metrics` of what several registries have (each by `getMetricsAsJSON`, so that it may come from another
 * thread): samples of equal name and labels are made one by the metric's `aggregator`, which is their sum where none is named.
 */
export function mergeMetrics(registries: readonly (readonly MetricObject[])[]): Promise<string> {
  return AggregatorRegistry.aggregate(registries as unknown as object[]).metrics();
}
