import type { Signal } from '../channel-feed.ts';

const COLON = 0x3a;
/** `<number>:<id>:<previous>:` has some 45 bytes; more is not an entry of ours. */
const HEAD_BYTES_MAX = 96;

/** Reads `<number>:<id>:<previous>:<payload>`; undefined for what nobody of us wrote. */
export function readEntry(entry: Uint8Array): Signal | undefined {
  let end = -1;
  for (let part = 0; part < 3; part += 1) {
    end = entry.indexOf(COLON, end + 1);
    if (end < 0 || end > HEAD_BYTES_MAX) return undefined;
  }
  const [number, id, previous] = String.fromCharCode(...entry.subarray(0, end)).split(':') as [string, string, string];
  if (!/^[1-9]\d{0,14}$/.test(number) || id === '') return undefined;
  return { number: Number(number), id, previous, payload: entry.subarray(end + 1) };
}
