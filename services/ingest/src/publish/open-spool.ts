import { openRecordStore, type RecordStore } from '@tapecast/replay-store';
import type { Logger } from '@tapecast/service-kit';
import { messageOf } from '../errors.ts';
import { LIMITS } from '../limits.ts';

/**
 * The folder for ticks that the log does not take; undefined where it can't be had: then they wait in memory, and the log says
 * so. Its own bounds lie above the spool's: what is not in the log yet is never thrown away for what comes.
 */
export async function openSpool(options: {
  path: string;
  /** Of the log: ticks for another one are nothing here. */
  generation: string;
  logger: Logger;
}): Promise<RecordStore | undefined> {
  const { path, generation, logger } = options;
  try {
    return await openRecordStore({
      path,
      bytesMax: LIMITS.spoolBytesMax * 2,
      ageMsMax: LIMITS.spoolAgeMsMax * 24,
      identity: `md.ticks ${generation}`,
      logger,
    });
  } catch (error) {
    logger.error({
      event: 'spool_unavailable',
      path,
      reason: messageOf(error),
      todo: 'ticks wait in memory while Kafka is away: give --spool-dir a folder that this process alone can write',
    });
    return undefined;
  }
}
