import type { Cluster, Redis } from 'ioredis';
import { SLOTS_LOOK_MS, SLOTS_WAIT_MS } from '../limits.ts';

/** What a node says of a range of slots: first, last, then who has them, the master first. */
type SlotRange = [first: number, last: number, ...nodes: [host: string, port: number, ...unknown[]][]];

/**
 * Has the slot map read again when a node says something new, when one is missing among our connections, or when the node
 * that was asked does not answer. ioredis's own timer reads the whole map each time, by a connection made for it: some
 * milliseconds of CPU a second, of each of the connections to the cluster that a process has.
 */
export class SlotWatch {
  readonly #cluster: Cluster;
  readonly #timer: NodeJS.Timeout;
  /** As it was told last. */
  #told = '';
  #turn = 0;
  #looking = false;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
    this.#timer = setInterval(() => void this.#look(), SLOTS_LOOK_MS);
    this.#timer.unref();
    cluster.once('end', () => clearInterval(this.#timer));
  }

  /** Never rejects. */
  async #look(): Promise<void> {
    // While it connects anew ioredis reads the map by itself.
    if (this.#looking || this.#cluster.status !== 'ready') return;
    this.#looking = true;
    try {
      const told = await this.#ask();
      if (told === this.#told) return;
      this.#told = told ?? '';
      await new Promise<void>((resolve) => {
        // What fails is told as an error of its node, and is looked at again in a second.
        this.#cluster.refreshSlotsCache(() => resolve());
      });
    } finally {
      this.#looking = false;
    }
  }

  /** undefined where that can't be told, or where not all who are named are connected. */
  async #ask(): Promise<string | undefined> {
    const masters = this.#cluster.nodes('master').filter(({ status }) => status === 'ready');
    const node = masters[this.#turn++ % masters.length];
    if (node === undefined) return undefined;
    const ranges = await inTime(node.cluster('SLOTS') as Promise<SlotRange[]>);
    if (ranges === undefined) return undefined;
    const known = new Set(this.#cluster.nodes('all').map(addressOf));
    const told: string[] = [];
    for (const [first, last, ...nodes] of ranges) {
      // A node without an address can't be connected to, and ioredis leaves it out too.
      const addresses = nodes.filter(([host]) => host).map(([host, port]) => `${host}:${port}`);
      if (!addresses.every((address) => known.has(address))) return undefined;
      const [master = '', ...replicas] = addresses;
      told.push(`${first}-${last} ${master} ${replicas.sort().join()}`);
    }
    return told.sort().join('\n');
  }
}

const addressOf = ({ options }: Redis): string => `${options.host}:${options.port}`;

/** undefined where it fails, or takes longer than a node that is well does. */
async function inTime<T>(reply: Promise<T>): Promise<T | undefined> {
  let late: NodeJS.Timeout | undefined;
  const tooLate = new Promise<undefined>((resolve) => {
    late = setTimeout(() => resolve(undefined), SLOTS_WAIT_MS);
  });
  try {
    return await Promise.race([reply, tooLate]);
  } catch {
    // A connection that was lost meanwhile.
    return undefined;
  } finally {
    clearTimeout(late);
  }
}
