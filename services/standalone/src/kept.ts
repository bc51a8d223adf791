import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type MarketState,
  openJournalledMarketState,
  openMemoryMarketState,
  type StateJournal,
} from '@tapecast/market-state';
import {
  openRecordStore,
  openTableStore,
  type RecordStore,
  RecordStoreError,
  type TableStore,
} from '@tapecast/replay-store';
import { type Logger, StartError } from '@tapecast/service-kit';
import { openJournalledTickLog, openMemoryTickLog, type TickLog } from '@tapecast/tick-log';
import { z } from 'zod';
import { KEPT_LIMITS } from './limits.ts';

/** The log and the store of the process, and what of them a later process goes on with. */
export interface Kept {
  log: TickLog;
  state: MarketState;
  /** Whether this goes on with what an earlier process left. */
  resumed: boolean;
  /** After `log` and `state`. */
  close(): Promise<void>;
}

export interface KeptOptions {
  dataDir: string;
  feed: string;
  partitions: number;
  /** Goes on with what there is, whatever feed it was of. */
  keep: boolean;
  logger: Logger;
}

/** Of the data folder, which a cluster may have been run on. */
const FOLDER = 'embedded';
/** Which run's data is there. Without it the data is of no use. */
const RUN_FILE = 'run.json';
const runSchema = z.object({ generation: z.string().min(1), feed: z.string(), partitions: z.number() });
type Run = z.infer<typeof runSchema>;

interface Stores {
  state: TableStore;
  ticks: RecordStore;
  updates: RecordStore;
}

/**
 * Opens log and store on the data folder. What an earlier process left is gone on with, under the same generation, so that
 * numbers go on: where the feed is the same and no recording is played anew, or where `keep` says so. A folder that can't be
 * written costs the next process its past, and this one nothing. Rejects with `StartError` where another process has it.
 */
export async function openKept(options: KeptOptions): Promise<Kept> {
  const { dataDir, logger } = options;
  const file = join(dataDir, FOLDER, RUN_FILE);
  const lose = (what: string, error: unknown): void => {
    logger.warn({ event: 'data_folder_lost', what, error: String(error), help: 'the next start begins anew' });
    try {
      rmSync(file, { force: true });
    } catch (cause) {
      // Nothing can be removed there: if the next start finds it, what it finds is what is left of this run.
      logger.warn({ event: 'data_folder_lost', what: RUN_FILE, error: String(cause) });
    }
  };
  let kept: { stores: Stores; run: Run; resumed: boolean };
  try {
    kept = await openStores(options, file);
  } catch (error) {
    // What the system says of files has a code, too.
    if (!(error instanceof RecordStoreError) && typeof (error as NodeJS.ErrnoException).code !== 'string') throw error;
    if (error instanceof RecordStoreError && error.code === 'locked')
      throw new StartError(
        'unavailable',
        `--data-dir: another process uses ${dataDir}; name another folder, or stop it`,
        {
          cause: error,
        },
      );
    lose('all', error);
    return { ...inMemory(options.partitions), resumed: false, close: async () => {} };
  }
  const { stores, run, resumed } = kept;
  try {
    const opened = await openOn(stores, run, lose);
    return { ...opened, resumed, close: () => closeAll(stores) };
  } catch (error) {
    // What is there does not hang together: begun anew, under another generation.
    logger.warn({ event: 'data_folder_unreadable', error: String(error) });
    await closeAll(stores);
    rmSync(file, { force: true });
    const { stores: fresh, run: anew } = await openStores(options, file);
    const opened = await openOn(fresh, anew, lose);
    return { ...opened, resumed: false, close: () => closeAll(fresh) };
  }
}

/** The store first: its lock is that of all. */
async function openStores(options: KeptOptions, file: string): Promise<{ stores: Stores; run: Run; resumed: boolean }> {
  const { feed, partitions, keep, logger } = options;
  const folder = join(options.dataDir, FOLDER);
  const state = await openTableStore({ path: join(folder, 'state'), logger });
  const opened: { close(): Promise<void> }[] = [state];
  try {
    const before = readRun(file);
    const resumed = before?.partitions === partitions && (keep || (before.feed === feed && feed !== 'replay'));
    const run = resumed ? before : { generation: `embedded-${randomBytes(6).toString('hex')}`, feed, partitions };
    // From here to the last line a kill leaves a folder without it, and that begins anew.
    rmSync(file, { force: true });
    if (!resumed) {
      rmSync(join(folder, 'log'), { recursive: true, force: true });
      await state.write([...state.found.keys()].map((key) => ({ key, value: undefined })));
    }
    const journal = async (topic: string): Promise<RecordStore> => {
      const store = await openRecordStore({
        path: join(folder, 'log', topic),
        bytesMax: KEPT_LIMITS.journalBytes,
        ageMsMax: KEPT_LIMITS.journalMs,
        identity: run.generation,
        logger,
      });
      opened.push(store);
      return store;
    };
    const ticks = await journal('md.ticks');
    const updates = await journal('md.updates');
    writeFileSync(`${file}.new`, `${JSON.stringify(run)}\n`);
    renameSync(`${file}.new`, file);
    return { stores: { state, ticks, updates }, run, resumed };
  } catch (error) {
    for (const store of opened) await store.close();
    throw error;
  }
}

function readRun(file: string): Run | undefined {
  try {
    return runSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    // Not there, or cut off: the folder has nothing to go on with.
    return undefined;
  }
}

async function openOn(
  stores: Stores,
  { generation, partitions }: Run,
  lose: (what: string, error: unknown) => void,
): Promise<{ log: TickLog; state: MarketState }> {
  const journal: StateJournal = stores.state;
  const log = await openJournalledTickLog({
    partitions,
    generation,
    journals: { 'md.ticks': stores.ticks, 'md.updates': stores.updates },
    onJournalLost: (topic, error) => lose(topic, error),
  });
  const state = await openJournalledMarketState(journal, (error) => lose('state', error));
  // After a loss of power the files may be of different moments.
  const [ticks, updates] = await Promise.all([log.offsets('md.ticks'), log.offsets('md.updates')]);
  for (let partition = 0; partition < partitions; partition++) {
    const record = await state.record(partition);
    if (record === undefined) continue;
    if (record.ticksNext > (ticks[partition]?.end ?? 0) || record.updatesNext > (updates[partition]?.end ?? 0))
      throw new RangeError(`the store is ahead of the log in partition ${partition}`);
  }
  return { log, state };
}

const inMemory = (partitions: number): { log: TickLog; state: MarketState } => ({
  log: openMemoryTickLog({ partitions }),
  state: openMemoryMarketState(),
});

async function closeAll({ state, ticks, updates }: Stores): Promise<void> {
  await Promise.all([state.close(), ticks.close(), updates.close()]);
}
