import type { Checkpoint } from './contract.ts';
import { MarketStateError } from './errors.ts';
import type { FleetMember } from './fleet.ts';
import { INSTRUMENT_BYTES_MAX, KEY_RING_BYTES_MAX } from './limits.ts';

export function checkPartition(partition: number): void {
  if (!Number.isSafeInteger(partition) || partition < 0)
    throw invalid(`partition ${partition} is not a whole number from 0 up`);
}

/** Offsets and times are stored as doubles and compared: what is no whole number would compare as false for ever. */
export function checkCheckpoint(checkpoint: Checkpoint): void {
  const { record } = checkpoint;
  if (record.epoch === '') throw invalid('the record has no epoch');
  checkOffset('record.ticksNext', record.ticksNext);
  checkOffset('record.updatesNext', record.updatesNext);
  for (const { instrument, view, fold, ticksNext, updatesNext } of checkpoint.instruments) {
    if (instrument === '') throw invalid('an instrument has no name');
    checkOffset(`${instrument} ticksNext`, ticksNext);
    checkOffset(`${instrument} updatesNext`, updatesNext);
    const bytes = view.length + fold.length;
    if (bytes > INSTRUMENT_BYTES_MAX) {
      throw invalid(`${instrument} has ${bytes} bytes of state; at most ${INSTRUMENT_BYTES_MAX} are stored`);
    }
  }
  for (const bar of checkpoint.bars) checkOffset(`${bar.instrument} ${bar.interval} startMs`, bar.startMs);
}

/** No bytes at all stand for no document. */
export function checkDocument(document: Uint8Array): void {
  if (document.length === 0) throw invalid('the key ring is empty');
  if (document.length > KEY_RING_BYTES_MAX)
    throw invalid(`the key ring has ${document.length} bytes; at most ${KEY_RING_BYTES_MAX} are stored`);
}

/** A name becomes part of a key's hash tag, which a brace would end. */
export function checkLease(name: string, owner: string, ttlMs: number): void {
  if (!/^[\w./:-]{1,120}$/.test(name))
    throw invalid(`a lease's name is 1 to 120 letters, digits or . / : _ -; given: ${name.slice(0, 120)}`);
  if (owner === '') throw invalid('a lease has an owner');
  if (!Number.isSafeInteger(ttlMs) || ttlMs < 1) throw invalid(`ttlMs is ${ttlMs}; expected a whole number from 1 up`);
}

function checkOffset(name: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 0)
    throw invalid(`${name} is ${value}; expected a whole number from 0 up`);
}

function invalid(message: string): MarketStateError {
  return new MarketStateError('invalid', message);
}

/** What it says becomes JSON, which knows no infinite numbers. */
export function checkMember({ id, cost, connections }: FleetMember, ttlMs: number): void {
  if (id === '' || id.length > 120) throw invalid('a member has an id of 1 to 120 characters');
  if (!Number.isFinite(cost) || cost < 0) throw invalid(`cost is ${cost}; expected a number from 0 up`);
  checkOffset('connections', connections);
  if (!Number.isSafeInteger(ttlMs) || ttlMs < 1) throw invalid(`ttlMs is ${ttlMs}; expected a whole number from 1 up`);
}
