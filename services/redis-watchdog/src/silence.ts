import { setTimeout as delay } from 'node:timers/promises';
import { HUNG_MS, SUSPECT_MS, VIEW_INTERVAL_MS, VIEWS_APART_MS } from './limits.ts';
import { type NodeAddress, redisCommand } from './redis-command.ts';
import { type ClusterNode, readClusterNodes } from './topology.ts';

/** What one master said of the silent one: since when it owes that master a reply to the same ping. */
interface Missing {
  readonly pingSentMs: number;
  readonly since: number;
}

/** What all masters say of a silent one. A view counts once it has been the same for `VIEWS_APART_MS`: a ping on its way is none. */
export class MastersView {
  readonly #suspectId: string;
  readonly #missing = new Map<string, Missing>();

  constructor(suspectId: string) {
    this.#suspectId = suspectId;
  }

  /** `nodes`: what `asker` sees; undefined where it does not answer, which says nothing. */
  take(asker: string, nodes: readonly ClusterNode[] | undefined, nowMs: number): void {
    const suspect = nodes?.find(({ id }) => id === this.#suspectId);
    if (suspect === undefined || suspect.pingSentMs === 0) {
      this.#missing.delete(asker);
      return;
    }
    // Its clock need not be ours: the same ping at both looks is what counts.
    if (this.#missing.get(asker)?.pingSentMs === suspect.pingSentMs) return;
    this.#missing.set(asker, { pingSentMs: suspect.pingSentMs, since: nowMs });
  }

  /** Masters that have missed it for so long that it counts. */
  missedBy(nowMs: number): number {
    return [...this.#missing.values()].filter(({ since }) => nowMs - since >= VIEWS_APART_MS).length;
  }
}

/**
 * Whether a silent master hangs: it has owed us a reply for `HUNG_MS`, and most masters of the cluster, of which it is one, one too.
 * False as soon as it answers. A watchdog that is cut off from a master alone finds no such majority.
 */
export async function hangs(
  suspect: ClusterNode,
  masters: readonly ClusterNode[],
  silentMs: () => number,
): Promise<boolean> {
  const view = new MastersView(suspect.id);
  const others = masters.filter(({ id }) => id !== suspect.id);
  while (silentMs() >= SUSPECT_MS) {
    const begunAt = performance.now();
    await Promise.all(others.map(async (node) => view.take(node.id, await nodesOf(node), performance.now())));
    const missedBy = view.missedBy(performance.now());
    if (silentMs() >= HUNG_MS && missedBy * 2 > masters.length) return true;
    await delay(Math.max(0, VIEW_INTERVAL_MS - (performance.now() - begunAt)));
  }
  return false;
}

const nodesOf = (node: NodeAddress): Promise<ClusterNode[] | undefined> =>
  redisCommand(node, 'CLUSTER', 'NODES').then(
    (text) => readClusterNodes(text, node),
    () => undefined,
  );
