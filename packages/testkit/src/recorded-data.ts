import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's root, three folders above this file in `src` as in `dist`. */
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** The folder of the recordings: `TAPECAST_DATA`, else `../shared/data` beside the project. */
export const RECORDED_DATA = process.env.TAPECAST_DATA ?? join(ROOT, '../shared/data');

/** Why tests on recordings are skipped; undefined where the recordings are there. */
export const NO_RECORDED_DATA = existsSync(join(RECORDED_DATA, 'manifest.json'))
  ? undefined
  : `there are no recordings in ${RECORDED_DATA}; TAPECAST_DATA names another folder`;

/** Path of a recording by its name in the data folder: `recorded('binance/hftbacktest/…')`. */
export function recorded(name: string): string {
  return join(RECORDED_DATA, name);
}

/** The BTCUSDT recordings of 2024-08-08 and 09, in order: the second continues the first. */
export const BTCUSDT_PAIR = [
  recorded('binance/hftbacktest/spot_btcusdt_20240808.raw.jsonl.gz'),
  recorded('binance/hftbacktest/spot_btcusdt_20240809.raw.jsonl.gz'),
] as const;
