export { FEED_NAMES, type IngestConfig, ingestOptions, ingestSchema } from './config.ts';
export { type IngestDependencies, startIngest } from './ingest.ts';
export type { IngestLimits } from './limits.ts';
export { FrameReader as BinanceFrameReader } from './venues/binance/frame-reader.ts';
export { routesOf } from './venues/binance/messages.ts';
export type { ItickEvent } from './venues/itick/messages.ts';
export { ItickNormaliser } from './venues/itick/normalise.ts';
export { ItickSymbols, parseItickSymbols } from './venues/itick/symbols.ts';
