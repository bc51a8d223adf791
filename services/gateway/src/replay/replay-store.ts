import { join } from 'node:path';
import { openRecordStore, type RecordStore, RecordStoreError } from '@tapecast/replay-store';
import type { Logger } from '@tapecast/service-kit';
import type { TickLog } from '@tapecast/tick-log';
import { REPLAY_LIMITS } from './limits.ts';

/** Of the data folder; undefined where that can't be used: a gateway serves without it, its window is shorter then. */
export async function openReplayStore(
  dataDir: string,
  log: TickLog,
  windowMs: number,
  logger: Logger,
): Promise<RecordStore | undefined> {
  try {
    return await openRecordStore({
      path: join(dataDir, 'replay'),
      bytesMax: REPLAY_LIMITS.storeBytes,
      ageMsMax: windowMs,
      // Another pair of topics has other offsets.
      identity: `${log.generation} ${log.partitions}`,
      logger,
    });
  } catch (error) {
    if (!(error instanceof RecordStoreError)) throw error;
    logger.warn({ event: 'replay_store_unavailable', code: error.code, error: error.message });
    return undefined;
  }
}
