export interface BrokerSettings {
  /** From 0; Kafka's `node.id` is one more. */
  index: number;
  dataDir: string;
  port: number;
  controllerPort: number;
  /** Of all brokers, by index. */
  controllerPorts: readonly number[];
  brokerSessionTimeoutMs: number;
  more: Readonly<Record<string, string | number>>;
}

/**
 * What `kafka-storage format` would write into an empty data folder; by hand it costs no second start of Java.
 * Both ids are 16 bytes in base64url; the directory's is one of a kind.
 */
export function metaProperties(clusterId: string, index: number, directoryId: string): string {
  return ['version=1', `node.id=${index + 1}`, `cluster.id=${clusterId}`, `directory.id=${directoryId}`, ''].join('\n');
}

/** For the official image, which brings log4j; the jars of Maven bring slf4j's simple logger, which is told by flags. */
export const LOG4J_PROPERTIES = `status = warn
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{HH:mm:ss.SSS} [%t] %p %c - %m%n
rootLogger.level = info
rootLogger.appenderRef.console.ref = console
`;

export function brokerProperties(settings: BrokerSettings): string {
  const count = settings.controllerPorts.length;
  const voters = settings.controllerPorts.map((port, index) => `${index + 1}@127.0.0.1:${port}`);
  const replicas = Math.min(3, count);
  const insync = Math.max(1, replicas - 1);
  const properties: Record<string, string | number> = {
    'process.roles': 'broker,controller',
    'node.id': settings.index + 1,
    'controller.quorum.voters': voters.join(','),
    listeners: `PLAINTEXT://127.0.0.1:${settings.port},CONTROLLER://127.0.0.1:${settings.controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${settings.port}`,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': settings.dataDir,
    'auto.create.topics.enable': 'false',
    'default.replication.factor': replicas,
    'min.insync.replicas': insync,
    'offsets.topic.replication.factor': replicas,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': insync,
    'transaction.state.log.num.partitions': 4,
    // A first member would otherwise wait 3 s for others to come.
    'group.initial.rebalance.delay.ms': 0,
    // Kafka's least is 6 s; compute's session is 2.5 s, and tests ask for less.
    'group.min.session.timeout.ms': 1_000,
    'broker.session.timeout.ms': settings.brokerSessionTimeoutMs,
    'broker.heartbeat.interval.ms': Math.min(500, Math.floor(settings.brokerSessionTimeoutMs / 4)),
    // A controller that dies is replaced within about a second.
    'controller.quorum.fetch.timeout.ms': 1_000,
    'controller.quorum.election.timeout.ms': 500,
    'controller.quorum.election.backoff.max.ms': 250,
    // A partition that changed its leader is in its follower's next fetch: after the one under way, or a while after one that
    // came before the leader knew that it leads. So long acks=all waits; Kafka's own are 500 and 1,000.
    'replica.fetch.wait.max.ms': 100,
    'replica.fetch.backoff.ms': 100,
    'num.network.threads': 2,
    'num.io.threads': 4,
    // Its default of 128 MB comes out of the heap.
    'log.cleaner.dedupe.buffer.size': 8_388_608,
    'log.retention.check.interval.ms': 10_000,
    ...settings.more,
  };
  return `${Object.entries(properties)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n')}\n`;
}
