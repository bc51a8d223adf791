import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the recordings: `TAPECAST_DATA`, else `../shared/data` beside the project. */
export const RECORDED_DATA =
  process.env.TAPECAST_DATA ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url));
export const DATA_IS_MISSING = !existsSync(join(RECORDED_DATA, 'manifest.json'));
/** Goes into the names of tests that are skipped without recordings. */
export const SKIP_REASON = DATA_IS_MISSING
  ? ` (skipped: no recordings in ${RECORDED_DATA}; TAPECAST_DATA names another folder)`
  : '';

export function recorded(name: string): string {
  return join(RECORDED_DATA, name);
}

export const BTCUSDT_PAIR = [
  recorded('binance/hftbacktest/spot_btcusdt_20240808.raw.jsonl.gz'),
  recorded('binance/hftbacktest/spot_btcusdt_20240809.raw.jsonl.gz'),
];
