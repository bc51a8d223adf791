export type { ClusterFile, ClusterProcess } from './cluster/cluster-file.ts';
export { type ClusterOptions, type RunningCluster, startCluster } from './cluster/start-cluster.ts';
export { type TokenWish, trialToken } from './cluster/trial-token.ts';
export { type Embedded, startEmbedded } from './embedded.ts';
export {
  type BinanceContent,
  type BinanceDiff,
  type BinanceSnapshot,
  type BinanceTop,
  type BinanceTrade,
  readBinance,
} from './oracles/binance-frames.ts';
export { type BookCheck, BookOracle, checkBook, type DiffOutcome } from './oracles/book-oracle.ts';
export { canonicalDump, canonicalSections, type DumpedUpdate, UnequalUpdateError } from './oracles/canonical-dump.ts';
export { type BookState, type ClientRecord, recordClient } from './oracles/client-record.ts';
export { divideHalfEven, scaled } from './oracles/exact.ts';
export { judgeClient, type Verdict } from './oracles/judge-client.ts';
export { LeanJudge, type LeanVerdict } from './oracles/judge-lean.ts';
export { checkKrakenBooks, type KrakenCheck } from './oracles/kraken-book.ts';
export { LEAN_DECIMALS, type LeanDay, type LeanSums, leanDays, leanVwap } from './oracles/lean-days.ts';
export { type LeanPairing, pairLeanQuotes } from './oracles/lean-quotes.ts';
export { type RangeFault, RangeOracle } from './oracles/range-oracle.ts';
export { idJumps, type TradeFaults, tradeOracle } from './oracles/trade-oracle.ts';
export {
  type DayStatistics,
  dayStatisticsOracle,
  klineOracle,
  type SumDecimals,
  type SummedTrade,
  type TradeSums,
} from './oracles/trade-sums.ts';
export { type CertificateFiles, type CertificateOptions, makeCertificates } from './parts/certificates.ts';
export {
  type ChosenParts,
  chooseParts,
  driverWaysToTest,
  type PartsChoice,
  type PartsWay,
  waysToTest,
} from './parts/choose.ts';
export { type ClockShifts, clockShifts } from './parts/clock-shifts.ts';
export { type FoundEngine, findEngine } from './parts/container/engine.ts';
export { type OwnEngine, type OwnEngineOptions, startOwnEngine } from './parts/container/own-engine.ts';
export { type Kafka, type KafkaOptions, startKafka } from './parts/kafka.ts';
export { installKafka, type KafkaInstall } from './parts/kafka-install.ts';
export { type Nginx, type NginxOptions, type NginxTls, nginxConfiguration, startNginx } from './parts/nginx.ts';
export { freePort, freePorts } from './parts/port.ts';
export { type StartedProcess, startProcess } from './parts/process.ts';
export { type RedisCluster, type RedisClusterOptions, startRedisCluster } from './parts/redis.ts';
export { redisCommand } from './parts/redis-command.ts';
export { cutOffReplicas } from './parts/redis-cut-off.ts';
export { LOCAL_PARTS, type PartRunner } from './parts/runner.ts';
export { BTCUSDT_PAIR, NO_RECORDED_DATA, RECORDED_DATA, recorded } from './recorded-data.ts';
