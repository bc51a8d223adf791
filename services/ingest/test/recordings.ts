import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openRecording } from '@tapecast/venue-server';

const ROOT = join(import.meta.dirname, '../../..');
const DATA = process.env.TAPECAST_DATA ?? join(ROOT, '../shared/data');

export const BTCUSDT_PAIR = ['20240808', '20240809'].map((day) =>
  join(DATA, `binance/hftbacktest/spot_btcusdt_${day}.raw.jsonl.gz`),
);

/** Why tests on the recordings are skipped; undefined where they are there. */
export const recordingsMissing: string | undefined = BTCUSDT_PAIR.every((path) => existsSync(path))
  ? undefined
  : `the recordings are not at ${DATA} (TAPECAST_DATA names another place)`;

/** The received texts of recordings, in order. */
export async function recordedFrames(paths: readonly string[]): Promise<string[]> {
  const texts: string[] = [];
  for (const path of paths) {
    const recording = await openRecording(path);
    if (recording.format !== 'raw-lines') throw new Error(`${path} has no raw frames`);
    for (const frame of recording.frames) if (frame.direction !== 'sent') texts.push(frame.text);
  }
  return texts;
}
