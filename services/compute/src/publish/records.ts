import type { Update } from '@tapecast/market';
import { encodeUpdateBatch } from '@tapecast/wire';
import { BYTES_PER_INSTRUMENT, estimateBytes, type PendingUpdates } from './pending-updates.ts';

/** How much more than its estimate a record may take: beyond, it is encoded again in halves. */
const ESTIMATE_ERROR_MAX = 1.5;

type Updates = Map<string, Update[]>;

/**
 * The records of `md.updates` that carry a batch, in order: one, or more when it is over `bytesMax`. An instrument's
 * updates keep their order across records. `ticksNext` and clocks say that all before is there, so only the last record
 * has them; the others claim no more than the batch before did.
 */
export function recordsOf(batch: PendingUpdates, computedAtUs: number, bytesMax: number): Uint8Array[] {
  const parts = batch.bytes <= bytesMax ? [batch.updates] : split(batch.updates, bytesMax);
  return parts.flatMap((updates, i) => encode(batch, updates, i === parts.length - 1, computedAtUs, bytesMax));
}

/** Encodes, and halves what the estimate took for much smaller than it is. */
function encode(
  batch: PendingUpdates,
  updates: Updates,
  last: boolean,
  computedAtUs: number,
  bytesMax: number,
): Uint8Array[] {
  const record = encodeUpdateBatch({
    epoch: batch.epoch,
    ticksNext: last ? batch.ticksNext : batch.ticksFrom,
    computedAtUs,
    clocks: last ? [...batch.clocks].map(([source, timeMs]) => ({ source, timeMs })) : [],
    updates,
  });
  if (record.length <= bytesMax * ESTIMATE_ERROR_MAX || countOf(updates) < 2) return [record];
  const [first, second] = halves(updates);
  return [
    ...encode(batch, first, false, computedAtUs, bytesMax),
    ...encode(batch, second, last, computedAtUs, bytesMax),
  ];
}

function split(updates: Updates, bytesMax: number): Updates[] {
  const parts: Updates[] = [];
  let part: Updates = new Map();
  let bytes = 0;
  for (const [instrument, list] of updates) {
    let taken: Update[] | undefined;
    for (const update of list) {
      const size = estimateBytes(update) + (taken === undefined ? BYTES_PER_INSTRUMENT : 0);
      if (bytes > 0 && bytes + size > bytesMax) {
        parts.push(part);
        part = new Map();
        bytes = 0;
        taken = undefined;
      }
      if (taken === undefined) {
        taken = [];
        part.set(instrument, taken);
      }
      taken.push(update);
      bytes += size;
    }
  }
  parts.push(part);
  return parts;
}

function countOf(updates: Updates): number {
  let count = 0;
  for (const list of updates.values()) count += list.length;
  return count;
}

function halves(updates: Updates): [Updates, Updates] {
  const first: Updates = new Map();
  const second: Updates = new Map();
  let left = countOf(updates) >> 1;
  for (const [instrument, list] of updates) {
    const here = Math.min(left, list.length);
    if (here > 0) first.set(instrument, list.slice(0, here));
    if (here < list.length) second.set(instrument, list.slice(here));
    left -= here;
  }
  return [first, second];
}
