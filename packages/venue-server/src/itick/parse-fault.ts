import { limits } from '../limits.ts';
import {
  checkFault,
  count,
  type FaultField,
  flag,
  number,
  oneOf,
  parseFaultBody,
  text,
} from '../server/fault-fields.ts';
import type { ItickFault, ItickFaultName } from './faults.ts';
import { KLINE_SHAPES, SPELLINGS } from './frames.ts';

const FRAMES_MAX = 1_000_000_000;
const trigger = { stream: text, afterFrames: count(0, FRAMES_MAX) };
const changes = { ...trigger, frames: count(1, FRAMES_MAX, true) };
const times = { times: count(1, FRAMES_MAX) };
const ms = count(0, limits.faultDelayMsMax, true);

/** The fields of each fault; `faults.ts` says what they do. */
const FIELDS: Readonly<Record<ItickFaultName, Readonly<Record<string, FaultField>>>> = {
  drop: changes,
  duplicate: changes,
  reorder: { ...trigger, frames: count(2, limits.reorderFramesMax, true) },
  fragment: changes,
  truncate: changes,
  'half-frame': trigger,
  spelling: { ...changes, as: oneOf(SPELLINGS, true) },
  'string-numbers': changes,
  'zero-time': changes,
  'unsorted-depth': changes,
  session: { ...changes, te: count(0, 2, true) },
  cut: trigger,
  close: { ...trigger, code: count(1000, 4999), reason: text },
  'unsubscribe-close': trigger,
  'slow-consumer-cut': trigger,
  stall: { ...trigger, ms },
  'no-pongs': { ms },
  'wrong-pong': times,
  garbage: { ...trigger, text, binary: flag },
  'unknown-type': { ...trigger, type: text },
  kline: {
    ...trigger,
    shape: oneOf(KLINE_SHAPES, true),
    instrument: text,
    period: count(1, 10),
    ...{ t: number, o: number, h: number, l: number, c: number, v: number, tu: number },
  },
  refuse: { ...times, status: count(400, 599, true) },
  'auth-delay': { ...times, ms },
  'auth-silence': times,
  'auth-fail': times,
  'auth-echo': times,
  'plan-exceeded': times,
  'not-resolved': times,
  'subscribe-silence': times,
};

/** Reads a fault, or an array of them; throws a `VenueError` 'bad_fault' that says what was expected. */
export function parseItickFaults(body: string): ItickFault[] {
  // Each field was checked against the table above.
  return parseFaultBody(body, FIELDS) as ItickFault[];
}

export function checkItickFault(fault: ItickFault): ItickFault {
  checkFault(fault, FIELDS);
  return fault;
}
