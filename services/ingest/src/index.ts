export { FEED_NAMES, type IngestConfig, ingestOptions, ingestSchema } from './config.ts';
export { type IngestDependencies, startIngest } from './ingest.ts';
export type { IngestLimits } from './limits.ts';
