import { execFile } from 'node:child_process';
import { mkdir, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DISK_FULL_MS, SMALL_DISK_MIB } from '../limits.ts';
import type { Fault } from './fault.ts';

const run = promisify(execFile);

/** Folders in the cluster's data folder that services keep their stores in. */
const STORES = ['spool', 'replay'] as const;
const FILLER = 'filler';

/** A small disk of its own for each folder of stores, so that it can be filled without the machine's. */
export interface SmallDisks {
  unmount(): Promise<void>;
}

/** Mounts them before the cluster starts; undefined where that needs rights that are not there. */
export async function mountSmallDisks(dataDir: string): Promise<SmallDisks | undefined> {
  const mounted: string[] = [];
  const unmount = async (): Promise<void> => {
    for (const path of mounted.splice(0)) await run('umount', ['-l', path]);
  };
  try {
    for (const name of STORES) {
      const path = join(dataDir, name);
      await mkdir(path, { recursive: true });
      await run('mount', ['-t', 'tmpfs', '-o', `size=${SMALL_DISK_MIB}m`, 'tmpfs', path]);
      mounted.push(path);
    }
    return { unmount };
  } catch {
    // Not root: `disk-full` says so when its turn comes.
    await unmount();
    return undefined;
  }
}

async function isSmall(path: string): Promise<boolean> {
  const { blocks, bsize } = await statfs(path);
  return blocks * bsize <= SMALL_DISK_MIB * 1024 * 1024;
}

export const DISK_FAULTS: readonly Fault[] = [
  {
    name: 'disk-full',
    what: 'the disks of all LevelDB stores full, then not',
    unavailable: async ({ cluster }) => {
      const small = await isSmall(join(cluster.dataDir, STORES[0])).catch(() => false);
      return small ? undefined : 'a small disk is mounted for it, as root';
    },
    inject: async ({ cluster, random }) => {
      const fillers = STORES.map((name) => join(cluster.dataDir, name, FILLER));
      // It fails when nothing is left: that is the aim.
      for (const filler of fillers)
        await run('dd', ['if=/dev/zero', `of=${filler}`, 'bs=64k', `count=${SMALL_DISK_MIB * 16}`]).catch(
          () => undefined,
        );
      const forMs = random.int(...DISK_FULL_MS);
      return {
        target: `${STORES.join(' and ')} for ${(forMs / 1_000).toFixed(1)} s`,
        healAfterMs: forMs,
        heal: async () => {
          for (const filler of fillers) await rm(filler, { force: true });
        },
      };
    },
  },
];
