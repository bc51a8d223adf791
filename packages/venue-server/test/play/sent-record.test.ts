import { readFile } from 'node:fs/promises';
import { expect, onTestFinished, test } from 'vitest';
import { openRecording, startVenue } from '../../src/index.ts';
import { rawText, temporaryFile, trade } from '../small-recording.ts';

test('the venue notes what happened on it, connected or not, faults or not, as a recording of wall times', async () => {
  const recordings = [await temporaryFile('a', rawText([trade(0, 1), trade(1, 2), trade(2, 3)]))];
  const sentRecord = await temporaryFile('sent', 'of an earlier run');
  const before = Date.now() * 1_000;
  const venue = await startVenue({ recordings, sentRecord, paused: true });
  onTestFinished(() => venue.stop());
  const dropped = { fault: 'drop', frames: 1 };
  await fetch(`${venue.adminUrl}/faults`, { method: 'POST', body: JSON.stringify(dropped) });
  venue.start();
  expect(await venue.done).toBe('ended');
  await expect.poll(async () => (await readFile(sentRecord, 'utf8')).split('\n').length).toBe(4);
  const sent = await openRecording(sentRecord);
  if (!('frames' in sent)) throw new Error('the record is none of frames');
  expect(sent.malformed.count).toBe(0);
  const ids = Array.from({ length: sent.frames.length }, (_, index) => JSON.parse(sent.frames.text(index)).data.t);
  expect(ids).toEqual([1, 2, 3]);
  for (let index = 0; index < 3; index++) expect(sent.frames.timeUs(index)).toBeGreaterThanOrEqual(before);
});

test('a record that can not be written ends the start', async () => {
  const recordings = [await temporaryFile('a', rawText([trade(0, 1)]))];
  await expect(startVenue({ recordings, sentRecord: '/nowhere/sent' })).rejects.toMatchObject({ code: 'bad_option' });
});
