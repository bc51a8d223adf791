import { connect, type Socket } from 'node:net';
import type { KafkaTickLogOptions } from '../../src/index.ts';

type SocketFactory = NonNullable<KafkaTickLogOptions['socketFactory']>;

/** The network between one client and the brokers, with faults on request. */
export class FaultyNetwork {
  /** Sees each chunk a broker sends; returns what arrives, or undefined for nothing. */
  onReply: ((chunk: Buffer) => Buffer | undefined) | undefined;
  readonly #sockets = new Set<Socket>();
  #cut = false;

  readonly socketFactory: SocketFactory = ({ host, port }) => {
    const socket = connect({ host, port, noDelay: true });
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    if (this.#cut) socket.destroy(new Error('the network is cut'));
    const emit = socket.emit.bind(socket);
    socket.emit = (event: string | symbol, ...args: unknown[]): boolean => {
      if (event !== 'data' || this.onReply === undefined) return emit(event, ...args);
      const arrives = this.onReply(args[0] as Buffer);
      return arrives === undefined ? true : emit('data', arrives);
    };
    return socket;
  };

  /** As if the process had died, or its host had lost its network: no leave, no goodbye. */
  cut(): void {
    this.#cut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  mend(): void {
    this.#cut = false;
  }
}

const TOPIC = 'md.ticks';
const TOPIC_AT = 14;
const PARTITION_COUNT_AT = TOPIC_AT + TOPIC.length;
const FIRST_CODE_AT = PARTITION_COUNT_AT + 8;
/** Partition, error code, base offset, append time, start offset. */
const PARTITION_BYTES = 30;

/** Whether the chunk is one whole reply to a produce request of `md.ticks` (version 7) for so many partitions. */
export function isProduceReply(chunk: Buffer, partitions: number): boolean {
  const length = PARTITION_COUNT_AT + 4 + partitions * PARTITION_BYTES + 4;
  return chunk.length === length && chunk.toString('latin1', TOPIC_AT, TOPIC_AT + TOPIC.length) === TOPIC;
}

export function withFirstCode(reply: Buffer, code: number): Buffer {
  const changed = Buffer.from(reply);
  changed.writeInt16BE(code, FIRST_CODE_AT);
  return changed;
}

/** The reply as if the broker had been asked for one partition less. */
export function withoutLastPartition(reply: Buffer): Buffer {
  const end = reply.length - 4;
  const changed = Buffer.concat([reply.subarray(0, end - PARTITION_BYTES), reply.subarray(end)]);
  changed.writeInt32BE(changed.length - 4, 0);
  changed.writeInt32BE(reply.readInt32BE(PARTITION_COUNT_AT) - 1, PARTITION_COUNT_AT);
  return changed;
}
