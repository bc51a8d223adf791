import { partitionTag } from '@tapecast/market-state/redis-cluster';
import { PARTITIONS } from '../limits.ts';

/** Names of a namespace's keys and shard channels, each in the slot of its partition. */
export class ChannelNames {
  readonly #prefixes: readonly string[];

  constructor(namespace: string) {
    this.#prefixes = Array.from(
      { length: PARTITIONS },
      (_, partition) => `${namespace}:{${partitionTag(partition)}}:signals:`,
    );
  }

  /** The list of a channel's kept signals, and the shard channel by which they are sent. */
  of(channel: string): { partition: number; key: string } {
    const partition = partitionOfChannel(channel);
    return { partition, key: `${this.#prefixes[partition]}of:${channel}` };
  }

  /** The shard channel of one bus's own probes. */
  probe(partition: number, bus: string): string {
    return `${this.#prefixes[partition]}probe:${bus}`;
  }
}

/** FNV-1a, 32 bits, of the name's ASCII characters. All processes agree on it. */
export function partitionOfChannel(channel: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < channel.length; i += 1) hash = Math.imul(hash ^ channel.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % PARTITIONS;
}
