/** What the attacked gateway's market has, and what the good clients hold all of. */
export const SYMBOLS = ['AAPL$US', 'BTCUSDT$BA', '700$HK', 'EURUSD$GB'];
export const CHANNELS = ['trade', 'quote', 'depth@5', 'kline@1m'];
export const PROTOCOLS = ['tapecast.v1.json', 'tapecast.v1.protobuf', 'tapecast.v1.protobuf.zstd'] as const;
