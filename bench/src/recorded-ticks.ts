import { ingestSchema, startIngest } from '@tapecast/ingest';
import { openMemoryMarketState } from '@tapecast/market-state';
import { createLogger, createRegistry } from '@tapecast/service-kit';
import { openMemoryTickLog } from '@tapecast/tick-log';
import { startBinanceVenue } from '@tapecast/venue-server';
import { decodeTick } from '@tapecast/wire';

const POLL_MS = 5;

/**
 * The ticks that ingest makes of recordings: played by the venue server as fast as they are read, over the venue's own
 * protocol, in the order and the bytes in which they stand in one partition of `md.ticks`.
 */
export async function recordedTicks(recordings: readonly string[]): Promise<Uint8Array[]> {
  const log = openMemoryTickLog({ partitions: 1, topicBytesMax: 2 ** 30 });
  const state = openMemoryMarketState();
  const venue = await startBinanceVenue({ recordings, speed: 'max', paused: true });
  const ingest = await startIngest({
    config: ingestSchema.parse({
      feed: 'binance',
      binanceWs: venue.wsUrl,
      binanceRest: venue.restUrl,
      symbols: venue.symbols.map(({ symbol }) => symbol),
      clock: 'ping',
    }),
    log,
    state,
    logger: createLogger('ingest', 'warn'),
    metrics: createRegistry(),
  });
  while (!ingest.ready().ready) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  venue.start();
  await venue.done;
  await settled(async () => (await log.offsets('md.ticks'))[0]?.end ?? 0);
  await ingest.stop();
  await venue.stop();
  const ticks: Uint8Array[] = [];
  const [offsets] = await log.offsets('md.ticks');
  const reader = await log.read({
    topic: 'md.ticks',
    from: () => 'earliest',
    onGap: () => {},
    onRecords: (_partition, records) => {
      for (const { value } of records) ticks.push(value);
    },
  });
  while (ticks.length < (offsets?.end ?? 0)) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  await reader.close();
  await log.close();
  // The test instrument beside every feed is not of the recording.
  return ticks.filter((bytes) => !decodeTick(bytes).source.startsWith('test/'));
}

/** Waits until a number has stood still for a while: frames are still on their way when the venue has sent the last. */
async function settled(read: () => Promise<number>): Promise<void> {
  let before = -1;
  for (let still = 0; still < 20; ) {
    const now = await read();
    // The test instrument ticks every second.
    still = now - before < 10 ? still + 1 : 0;
    before = now;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
