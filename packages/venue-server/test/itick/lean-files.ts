import { zipSync } from 'fflate';
import { temporaryFile } from '../small-recording.ts';

/** 2013-10-07 00:00 in New York, which is then 4 h behind UTC. */
export const MIDNIGHT_MS = 1_381_118_400_000;
const HOUR_MS = 3_600_000;
/** 09:30:00 of that day, as ms since midnight. */
export const OPEN_MS = 9.5 * HOUR_MS;

/** A Lean zip of these lines; `name` is the entry's, from which symbol and day are read. */
export function leanZip(name: string, lines: readonly string[]): Promise<string> {
  return temporaryFile(
    `${name}.zip`,
    zipSync({ [`${name}.csv`]: Buffer.from(lines.map((line) => `${line}\n`).join('')) }),
  );
}

/** One trade a second from the opening on: 186.66, 186.67, … for 100 shares each. */
export function tradesZip(count: number, symbol = 'ibm', day = '20131007', stepMs = 1000): Promise<string> {
  return leanZip(
    `${day}_${symbol}_Trade_Tick`,
    Array.from({ length: count }, (_, n) => `${OPEN_MS + n * stepMs},${1_866_600 + n * 100},${100 + n},N,0,0`),
  );
}

/** One quote a second from the opening on, half a second after the trades. */
export function quotesZip(count: number, symbol = 'ibm', day = '20131007'): Promise<string> {
  return leanZip(
    `${day}_${symbol}_Quote_Tick`,
    Array.from({ length: count }, (_, n) => [
      `${OPEN_MS + 500 + n * 1000},${1_866_500 + n * 100},${200 + n},0,0,N,0,0`,
      `${OPEN_MS + 500 + n * 1000},0,0,${1_866_700 + n * 100},${300 + n},N,0,0`,
    ]).flat(),
  );
}
