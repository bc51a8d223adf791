import type { MarketState } from '@tapecast/market-state';
import type { Logger } from '@tapecast/service-kit';
import type { TickLog } from '@tapecast/tick-log';
import { Backoff } from '../connection/backoff.ts';
import { pause } from '../connection/pause.ts';
import { messageOf } from '../errors.ts';
import { FaultLog } from '../fault-log.ts';
import { type IngestLimits, LIMITS } from '../limits.ts';
import type { TickPublisher } from '../publish/publisher.ts';
import type { VenueSource } from '../sources/venue-source.ts';
import { type LogEnd, readLogEnd } from './log-end.ts';

export interface TakeoverOptions {
  log: TickLog;
  state: MarketState;
  publisher: Pick<TickPublisher, 'drained'>;
  sources: readonly VenueSource[];
  fence: number | undefined;
  limits: IngestLimits;
  logger: Logger;
  random: () => number;
  nowUs: () => number;
  signal: AbortSignal;
}

/**
 * Begins to speak, in this order, each step done before the next:
 *
 * 1. every partition is told who speaks: from there on what lower fences write is void, however late it comes;
 * 2. the end of the log is read: what of the venue came before counts, and nothing more of it ever will;
 * 3. the sources are opened; the caller lets the feeds tell what the log lacks.
 *
 * undefined: it was broken off.
 */
export async function takeOver(options: TakeoverOptions): Promise<((venue: string) => LogEnd) | undefined> {
  const { publisher, sources, fence, limits, logger, random, nowUs, signal } = options;
  for (const source of sources) source.mark(fence, nowUs());
  await publisher.drained(signal);
  const backoff = new Backoff(LIMITS.restRetryBaseMs, limits.leaseTtlMs, random);
  const faults = new FaultLog(logger);
  while (!signal.aborted) {
    try {
      const end = await readLogEnd(options);
      if (signal.aborted) return undefined;
      for (const source of sources) source.open(nowUs());
      return end;
    } catch (error) {
      if (signal.aborted) return undefined;
      faults.warn('log_end_unknown', () => ({ reason: messageOf(error) }));
      await pause(backoff.next(), signal);
    }
  }
  return undefined;
}
