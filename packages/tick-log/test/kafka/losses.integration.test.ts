import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Kafka, startKafka } from '@tapecast/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  type GroupReader,
  type GroupReaderOptions,
  type KafkaTickLogOptions,
  openKafkaTickLog,
  type TickLog,
} from '../../src/index.ts';
import { Collector, eventually, record, texts } from '../conformance.ts';
import { coordinatorIndex, deleteRecords, deleteTopics, inSync, SILENT } from './admin.ts';
import { FaultyNetwork, isProduceReply, withFirstCode, withoutLastPartition } from './network.ts';
import { Witness, Writer, witnessAll } from './traffic.ts';

/** Each test is named for the loss that it closes; all are known of kafkajs used plainly. Three real brokers. */

const PARTITIONS = 12;
const GROUP = 'compute';
const TOPICS = ['md.ticks', 'md.updates', 'md.meta', '__consumer_offsets'];
const SESSION_MS = 2_000;

const dir = mkdtempSync(join(tmpdir(), 'tapecast-losses-'));
let kafka: Kafka;
const logs: TickLog[] = [];

beforeAll(async () => {
  kafka = await startKafka({ dir, brokers: 3, brokerSessionTimeoutMs: 2_000 });
});
afterAll(async () => {
  await kafka.stop();
  rmSync(dir, { recursive: true });
});
afterEach(closeAll);

async function closeAll(): Promise<void> {
  await Promise.all(logs.map((log) => log.close()));
  logs.length = 0;
}

async function open(clientId: string, options: Partial<KafkaTickLogOptions> = {}): Promise<TickLog> {
  const log = await openKafkaTickLog({
    brokers: kafka.bootstrap,
    clientId,
    partitions: PARTITIONS,
    replication: 3,
    logger: SILENT,
    sessionTimeoutMs: SESSION_MS,
    ...options,
  });
  logs.push(log);
  return log;
}

/** Where a group stands, as compute keeps it in Redis: who takes a partition over gets a higher fence, and only its holder writes. */
class FencedPositions {
  readonly #held = new Map<number, { fence: number; next: number }>();
  #fences = 0;

  take(partition: number): { fence: number; from: number | 'earliest' } {
    this.#fences += 1;
    const next = this.#held.get(partition)?.next ?? 0;
    this.#held.set(partition, { fence: this.#fences, next });
    return { fence: this.#fences, from: next === 0 ? 'earliest' : next };
  }

  /** False for a member that was overtaken. */
  advance(partition: number, fence: number | undefined, next: number): boolean {
    const held = this.#held.get(partition);
    if (held === undefined || held.fence !== fence) return false;
    held.next = next;
    return true;
  }
}

async function joinAs(log: TickLog, witness: Witness, positions: FencedPositions): Promise<GroupReader> {
  const fences = new Map<number, number>();
  return log.join({
    topic: 'md.ticks',
    groupId: GROUP,
    onAssigned: async (partition) => {
      const { fence, from } = positions.take(partition);
      fences.set(partition, fence);
      return from;
    },
    onRevoked: (partition) => void fences.delete(partition),
    onGap: witness.onGap,
    onRecords: (partition, records) => {
      const next = records.at(-1)!.offset + 1;
      if (positions.advance(partition, fences.get(partition), next)) witness.onRecords(partition, records);
    },
  });
}

interface Faulted {
  writer: Writer;
  reader: Witness;
  group: Witness;
  stored: Witness;
}

/** Writes and reads through a fault of the broker that coordinates the group, and for a while after it. */
async function through(
  fault: (broker: number) => Promise<void>,
  mend: (broker: number) => Promise<void>,
): Promise<Faulted> {
  await deleteTopics(kafka.bootstrap);
  const log = await open('traffic');
  const reader = new Witness(PARTITIONS);
  const group = new Witness(PARTITIONS);
  await log.read({ topic: 'md.ticks', from: () => 'earliest', onRecords: reader.onRecords, onGap: reader.onGap });
  const member = await joinAs(await open('member'), group, new FencedPositions());
  await eventually(() => member.assigned().length === PARTITIONS, 'the group');
  await inSync(kafka.bootstrap, TOPICS, 3);
  const broker = await coordinatorIndex(kafka.bootstrap, GROUP);

  const writer = new Writer(await log.producer('md.ticks'), PARTITIONS);
  writer.start();
  await writer.more(20);
  await fault(broker);
  await writer.more(20);
  await mend(broker);
  await writer.more(20);
  await writer.stop();
  await Promise.all([reader.reach(writer.next), group.reach(writer.next)]);
  const stored = await witnessAll(await open('auditor'), writer.next);
  await closeAll();
  return { writer, reader, group, stored };
}

describe('a broker is killed with -9 while all partitions are written and read', () => {
  let seen: Faulted;
  beforeAll(async () => {
    seen = await through(
      async (broker) => kafka.kill(broker),
      (broker) => kafka.restart(broker),
    );
    process.stdout.write(
      `killed broker: longest send ${seen.writer.longestSendMs.toFixed()} ms, longest silence of a reader ${seen.reader.longestSilenceMs.toFixed()} ms, of a group member ${seen.group.longestSilenceMs.toFixed()} ms\n`,
    );
  });

  test('send over several partitions resolves with some never written (kafkajs #1303): nothing acknowledged is missing', () => {
    expect(seen.stored.faults).toEqual([]);
    expect(seen.stored.gaps).toEqual([]);
  });

  test('a reader without a group skips and repeats nothing', () => {
    expect(seen.reader.faults).toEqual([]);
    expect(seen.reader.gaps).toEqual([]);
  });

  test('a group reader jumps to the end at a re-join: it skips and repeats nothing, its coordinator dead', () => {
    expect(seen.group.faults).toEqual([]);
    expect(seen.group.gaps).toEqual([]);
  });
});

describe('a broker hangs (SIGSTOP) while all partitions are written and read, and goes on later', () => {
  let seen: Faulted;
  beforeAll(async () => {
    seen = await through(
      async (broker) => kafka.kill(broker, 'SIGSTOP'),
      async (broker) => kafka.kill(broker, 'SIGCONT'),
    );
    process.stdout.write(
      `hung broker: longest send ${seen.writer.longestSendMs.toFixed()} ms, longest silence of a reader ${seen.reader.longestSilenceMs.toFixed()} ms, of a group member ${seen.group.longestSilenceMs.toFixed()} ms\n`,
    );
  });

  test('the producer never finishes: it goes on with the new leader, and nothing is missing or doubled', () => {
    expect(seen.writer.longestSendMs).toBeLessThan(15_000);
    expect(seen.stored.faults).toEqual([]);
  });

  test('readers hang with it: they go on with the new leader, and skip and repeat nothing', () => {
    expect([...seen.reader.faults, ...seen.group.faults]).toEqual([]);
    expect([...seen.reader.gaps, ...seen.group.gaps]).toEqual([]);
  });
});

describe('replies that are lost or wrong', () => {
  let network: FaultyNetwork;
  let log: TickLog;

  async function fresh(): Promise<void> {
    await deleteTopics(kafka.bootstrap);
    network = new FaultyNetwork();
    log = await open('producer', { socketFactory: network.socketFactory });
  }

  async function stored(count: number): Promise<Collector> {
    const got = new Collector();
    await (await open('auditor')).read({ topic: 'md.ticks', from: () => 'earliest', ...got });
    await got.until(() => got.count() >= count && got.ends.size === PARTITIONS, 'what is stored');
    return got;
  }

  test('a request that timed out but was written makes the producer useless: it goes on, and nothing is doubled', async () => {
    await fresh();
    const producer = await log.producer('md.ticks');
    await producer.send([{ partition: 0, records: [record('a')] }]);
    let lost = 0;
    network.onReply = (chunk) => {
      if (lost > 0 || !isProduceReply(chunk, 1)) return chunk;
      lost += 1;
      return undefined;
    };
    expect((await producer.send([{ partition: 0, records: [record('b'), record('c')] }])).get(0)).toBe(1);
    expect(lost).toBe(1);
    expect((await producer.send([{ partition: 0, records: [record('d')] }])).get(0)).toBe(3);
    expect((await stored(4)).texts(0)).toEqual(['a', 'b', 'c', 'd']);
  });

  test('a reply without one of the partitions counts as written: that partition is sent again', async () => {
    await fresh();
    const producer = await log.producer('md.ticks');
    await producer.send([{ partition: 0, records: [record('first')] }]);
    let changed = 0;
    network.onReply = (chunk) => {
      if (changed > 0 || !isProduceReply(chunk, 4)) return chunk;
      changed += 1;
      return withoutLastPartition(chunk);
    };
    const batches = Array.from({ length: PARTITIONS }, (_, partition) => ({ partition, records: [record('x')] }));
    const first = await producer.send(batches);
    expect(changed).toBe(1);
    expect([...first.keys()].sort((a, b) => a - b)).toEqual(batches.map(({ partition }) => partition));
    expect([...first.values()].every((offset) => offset >= 0)).toBe(true);
    const got = await stored(PARTITIONS + 1);
    expect(got.count()).toBe(PARTITIONS + 1);
  });

  test('OUT_OF_ORDER_SEQUENCE for ever: new producer numbers are taken and the batch is sent again', async () => {
    await fresh();
    const producer = await log.producer('md.ticks');
    await producer.send([{ partition: 5, records: [record('a')] }]);
    let changed = 0;
    network.onReply = (chunk) => {
      if (changed > 0 || !isProduceReply(chunk, 1)) return chunk;
      changed += 1;
      return withFirstCode(chunk, 45);
    };
    await producer.send([{ partition: 5, records: [record('b')] }]);
    await producer.send([{ partition: 5, records: [record('c')] }]);
    expect(changed).toBe(1);
    // Written in truth before the reply was changed, so once more under the new numbers: the one case of a double.
    expect((await stored(4)).texts(5)).toEqual(['a', 'b', 'b', 'c']);
  });

  test('a refusal that no try can mend ends the send, with the reason', async () => {
    await fresh();
    const producer = await log.producer('md.ticks');
    network.onReply = (chunk) => (isProduceReply(chunk, 1) ? withFirstCode(chunk, 29) : chunk);
    const refused = producer.send([{ partition: 5, records: [record('a')] }]);
    await expect(refused).rejects.toMatchObject({
      code: 'send_refused',
      message: expect.stringContaining('TOPIC_AUTHORIZATION_FAILED'),
    });
    network.onReply = undefined;
    await producer.send([{ partition: 5, records: [record('b')] }]);
  });

  test('OFFSET_OUT_OF_RANGE jumps to the end: it is told as a gap, to the record, also in a group', async () => {
    await fresh();
    const producer = await log.producer('md.ticks');
    await producer.send([{ partition: 7, records: texts('x', 0, 10).map((text) => record(text)) }]);
    await deleteRecords(kafka.bootstrap, 'md.ticks', 7);
    await producer.send([{ partition: 7, records: texts('x', 10, 15).map((text) => record(text)) }]);
    const got = new Collector();
    await log.join({
      topic: 'md.ticks',
      groupId: GROUP,
      onAssigned: async (partition) => (partition === 7 ? 4 : 'earliest'),
      onRevoked: () => {},
      onRecords: got.onRecords,
      onGap: got.onGap,
    });
    await got.until(() => got.count() === 5, 'what is left');
    expect(got.gaps).toEqual([{ partition: 7, from: 4, to: 10 }]);
    expect(got.texts(7)).toEqual(texts('x', 10, 15));
  });

  test('a member that vanishes: another takes over after the session, and the first comes back without a fault', async () => {
    await fresh();
    const positions = new FencedPositions();
    const witness = new Witness(PARTITIONS);
    const vanishing = await joinAs(log, witness, positions);
    const writerLog = await open('writer');
    const writer = new Writer(await writerLog.producer('md.ticks'), PARTITIONS);
    await eventually(() => vanishing.assigned().length === PARTITIONS, 'the first member');
    writer.start();
    await writer.more(10);
    const staying = await joinAs(await open('staying'), witness, positions);
    await eventually(() => staying.assigned().length === PARTITIONS / 2, 'an even share');
    await writer.more(10);

    network.cut();
    const cutAt = performance.now();
    await eventually(() => staying.assigned().length === PARTITIONS, 'the takeover');
    process.stdout.write(
      `vanished member: taken over after ${(performance.now() - cutAt).toFixed()} ms, session ${SESSION_MS} ms\n`,
    );
    await writer.more(10);
    network.mend();
    await eventually(() => vanishing.assigned().length === PARTITIONS / 2, 'the return');
    await writer.more(10);
    await writer.stop();
    await witness.reach(writer.next);
    expect(witness.faults).toEqual([]);
    expect(witness.gaps).toEqual([]);
  });
});

test('who opens a log whose topics are there does not ask for them to be made: no controller is waited for', async () => {
  await open('first');
  const asked: number[] = [];
  const network = new FaultyNetwork();
  const later = await open('later', {
    socketFactory: (address) => {
      const socket = network.socketFactory(address);
      const write = socket.write.bind(socket) as (chunk: Buffer) => boolean;
      // A request begins with its length and the number of its kind.
      socket.write = ((chunk: Buffer) => asked.push(chunk.readInt16BE(4)) > 0 && write(chunk)) as typeof socket.write;
      return socket;
    },
  });
  expect(later.partitions).toBe(PARTITIONS);
  const [metadata, createTopics] = [3, 19];
  expect(asked).toContain(metadata);
  expect(asked).not.toContain(createTopics);
});

describe('the members of a group', () => {
  /** Joins and keeps which partitions it was asked for, once for each time. */
  async function join(
    log: TickLog,
    groupId: string,
    more: Pick<GroupReaderOptions, 'succeeds' | 'onMember'> = {},
  ): Promise<{ reader: GroupReader; asked: number[] }> {
    const asked: number[] = [];
    const reader = await log.join({
      ...more,
      topic: 'md.ticks',
      groupId,
      onAssigned: async (partition) => {
        asked.push(partition);
        return 'earliest';
      },
      onRevoked: () => {},
      onRecords: () => {},
      onGap: () => {},
    });
    return { reader, asked };
  }

  test('who stays keeps half of its partitions without a question when one comes, and all of them when it goes', async () => {
    const first = await join(await open('first'), 'keeping');
    await eventually(() => first.reader.assigned().length === PARTITIONS, 'the first member');
    const second = await join(await open('second'), 'keeping');
    await eventually(() => second.reader.assigned().length === PARTITIONS / 2, 'the second member');
    await eventually(() => first.reader.assigned().length === PARTITIONS / 2, 'the first gave up half');
    const kept = first.reader.assigned();
    await second.reader.close();
    await eventually(() => first.reader.assigned().length === PARTITIONS, 'the first alone');
    for (let partition = 0; partition < PARTITIONS; partition += 1) {
      const times = first.asked.filter((asked) => asked === partition).length;
      expect(times).toBe(kept.includes(partition) ? 1 : 2);
    }
  });

  test('one that is known to have ended is taken out by its successor: nobody waits for its session', async () => {
    const network = new FaultyNetwork();
    const sessionTimeoutMs = 60_000;
    let name = '';
    const options = { sessionTimeoutMs, socketFactory: network.socketFactory };
    const killed = await join(await open('killed', options), 'succession', { onMember: (given) => (name = given) });
    const staying = await join(await open('staying', { sessionTimeoutMs }), 'succession');
    const half = (): boolean => staying.reader.assigned().length === PARTITIONS / 2;
    await eventually(() => half() && killed.reader.assigned().length === PARTITIONS / 2, 'an even share');
    const kept = staying.reader.assigned();
    const lost = killed.reader.assigned();
    network.cut();
    const cutAt = performance.now();
    const next = await join(await open('next', { sessionTimeoutMs }), 'succession', { succeeds: name });
    await eventually(() => next.reader.assigned().length === PARTITIONS / 2, 'the succession');
    process.stdout.write(`killed member: succeeded after ${(performance.now() - cutAt).toFixed()} ms\n`);
    expect(next.reader.assigned()).toEqual(lost);
    expect(staying.reader.assigned()).toEqual(kept);
    // The broker does not know the name any more: that is as good.
    const last = await join(await open('last', { sessionTimeoutMs }), 'succession', { succeeds: name });
    await eventually(() => last.reader.assigned().length === PARTITIONS / 3, 'a third member');
  });

  test('brokers that refuse a session so short get a longer one, and it is said', async () => {
    const lines: string[] = [];
    const logger = { info: () => {}, warn: (_: object, text: string) => void lines.push(text) };
    const member = await join(await open('hasty', { sessionTimeoutMs: 100, logger }), 'hasty');
    await eventually(() => member.reader.assigned().length === PARTITIONS, 'membership');
    expect(lines).toEqual([expect.stringContaining('group.min.session.timeout.ms')]);
  });
});

describe('topics', () => {
  test('several processes that start at once agree on one generation', async () => {
    await deleteTopics(kafka.bootstrap);
    const opened = await Promise.all(['a', 'b', 'c', 'd'].map((clientId) => open(clientId)));
    expect(new Set(opened.map(({ generation }) => generation)).size).toBe(1);
    const before = opened[0]!.generation;
    await closeAll();
    expect((await open('later')).generation).toBe(before);
    await closeAll();
    await deleteTopics(kafka.bootstrap);
    expect((await open('anew')).generation).not.toBe(before);
  });

  test('a start with another number of partitions is refused, with what to do', async () => {
    await open('first');
    await expect(open('second', { partitions: 6 })).rejects.toMatchObject({
      code: 'partition_count_differs',
      message: expect.stringMatching(/12 partitions.*6 were asked for.*start with 12/),
    });
  });

  test('no broker within the deadline is an error that names them', async () => {
    const opening = open('alone', { brokers: ['127.0.0.1:9'], openDeadlineMs: 300 });
    await expect(opening).rejects.toMatchObject({
      code: 'unreachable',
      retryable: true,
      message: expect.stringContaining('127.0.0.1:9'),
    });
  });
});
