import { expect, test } from 'vitest';
import { ItickClient, startVenue } from './itick-client.ts';
import { tradesZip } from './lean-files.ts';

/** Trades: together more than the kernel keeps for a client that does not read. */
const COUNT = 200_000;

test('a client that reads too slowly is cut (1.7); another one gets all', async () => {
  const recordings = [await tradesZip(COUNT, 'ibm', '20131007', 1)];
  const venue = await startVenue({ recordings, paused: true, speed: 1000, bufferedBytesMax: 64 * 1024 });
  const slow = await ItickClient.ready(venue, 'IBM$US');
  const quick = await ItickClient.ready(venue, 'IBM$US');
  slow.socket.pause();
  venue.start();
  await venue.done;
  await expect.poll(() => venue.connections().length).toBeLessThan(2);
  slow.socket.resume();
  expect((await slow.closed()).code).toBe(1006);
  // The quick one may have been cut by a machine that stood still; what it got is in order and without a hole.
  await quick.until(() => quick.texts.length === COUNT + 3 || quick.ended !== undefined);
  const sizes = quick.market('tick').map(({ v }: { v: number }) => v);
  expect(sizes.length).toBeGreaterThan(0);
  expect(sizes).toEqual(Array.from({ length: sizes.length }, (_, n) => 100 + n));
});
