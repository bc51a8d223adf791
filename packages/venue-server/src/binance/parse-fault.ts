import { limits } from '../limits.ts';
import { checkFault, count, type FaultField, flag, oneOf, parseFaultBody, text } from '../server/fault-fields.ts';
import type { Fault } from './faults.ts';

const FRAMES_MAX = 1_000_000_000;
const trigger = { stream: text, afterFrames: count(0, FRAMES_MAX) };
const requests = count(1, FRAMES_MAX);

/** The fields of each fault; `faults.ts` says what they do. */
const FIELDS: Readonly<Record<Fault['fault'], Readonly<Record<string, FaultField>>>> = {
  cut: trigger,
  stall: { ...trigger, ms: count(0, limits.faultDelayMsMax, true) },
  drop: { ...trigger, frames: count(1, FRAMES_MAX, true) },
  duplicate: { ...trigger, frames: count(1, FRAMES_MAX, true) },
  reorder: { ...trigger, frames: count(2, limits.reorderFramesMax, true) },
  garbage: { ...trigger, text, binary: flag },
  'server-shutdown': { ...trigger, closeAfterMs: count(0, limits.faultDelayMsMax) },
  'snapshot-delay': { ms: count(0, limits.faultDelayMsMax, true), requests },
  'rest-status': { status: oneOf([418, 429, 500, 503], true), requests, retryAfterS: count(0, 86_400) },
};

/** Reads a fault, or an array of them; throws a `VenueError` 'bad_fault' that says what was expected. */
export function parseFaults(body: string): Fault[] {
  // Each field was checked against the table above.
  return parseFaultBody(body, FIELDS) as Fault[];
}

export function parseFault(value: unknown): Fault {
  checkFault(value, FIELDS);
  return value as Fault;
}
