import { limits } from '../limits.ts';
import { VenueError } from './errors.ts';
import type { Fault } from './faults.ts';

interface Field {
  readonly required: boolean;
  readonly expected: string;
  readonly accepts: (value: unknown) => boolean;
}

const text: Field = { required: false, expected: 'a text', accepts: (value) => typeof value === 'string' };
const flag: Field = { required: false, expected: 'true or false', accepts: (value) => typeof value === 'boolean' };
const count = (min: number, max: number, required = false): Field => ({
  required,
  expected: `a whole number from ${min} to ${max}`,
  accepts: (value) => Number.isInteger(value) && (value as number) >= min && (value as number) <= max,
});
const status: Field = {
  required: true,
  expected: '418, 429, 500 or 503',
  accepts: (value) => [418, 429, 500, 503].includes(value as number),
};

const FRAMES_MAX = 1_000_000_000;
const trigger = { stream: text, afterFrames: count(0, FRAMES_MAX) };
const requests = count(1, FRAMES_MAX);

/** The fields of each fault; `faults.ts` says what they do. */
const FIELDS: Readonly<Record<Fault['fault'], Readonly<Record<string, Field>>>> = {
  cut: trigger,
  stall: { ...trigger, ms: count(0, limits.faultDelayMsMax, true) },
  drop: { ...trigger, frames: count(1, FRAMES_MAX, true) },
  duplicate: { ...trigger, frames: count(1, FRAMES_MAX, true) },
  reorder: { ...trigger, frames: count(2, limits.reorderFramesMax, true) },
  garbage: { ...trigger, text, binary: flag },
  'server-shutdown': { ...trigger, closeAfterMs: count(0, limits.faultDelayMsMax) },
  'snapshot-delay': { ms: count(0, limits.faultDelayMsMax, true), requests },
  'rest-status': { status, requests, retryAfterS: count(0, 86_400) },
};

/** Reads a fault, or an array of them; throws a `VenueError` 'bad_fault' that says what was expected. */
export function parseFaults(body: string): Fault[] {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (cause) {
    throw new VenueError('bad_fault', 'The body is no JSON; expected {"fault":…} or an array of them.', { cause });
  }
  return (Array.isArray(value) ? value : [value]).map(parseFault);
}

export function parseFault(value: unknown): Fault {
  if (typeof value !== 'object' || value === null || !('fault' in value)) {
    throw new VenueError('bad_fault', `A fault is an object with "fault": ${Object.keys(FIELDS).join(', ')}.`);
  }
  const name = String(value.fault);
  const fields =
    typeof value.fault === 'string' && Object.hasOwn(FIELDS, name) ? FIELDS[name as Fault['fault']] : undefined;
  if (fields === undefined) {
    throw new VenueError(
      'bad_fault',
      `There is no fault ${JSON.stringify(value.fault)}; expected ${Object.keys(FIELDS).join(', ')}.`,
    );
  }
  for (const [key, given] of Object.entries(value)) {
    if (key === 'fault') continue;
    const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
    if (field === undefined)
      throw new VenueError('bad_fault', `${name} has no "${key}"; it has ${Object.keys(fields).join(', ')}.`);
    if (!field.accepts(given))
      throw new VenueError('bad_fault', `"${key}" of ${name} is ${JSON.stringify(given)}; expected ${field.expected}.`);
  }
  for (const [key, field] of Object.entries(fields)) {
    if (field.required && !(key in value))
      throw new VenueError('bad_fault', `${name} needs "${key}": ${field.expected}.`);
  }
  // Each field was checked against the table above.
  return value as Fault;
}
