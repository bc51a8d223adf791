import { VenueError } from '../errors.ts';

/** One field of a fault request: what it may be, in words and as a check. */
export interface FaultField {
  readonly required: boolean;
  readonly expected: string;
  readonly accepts: (value: unknown) => boolean;
}

/** The fields of each fault, by its name. */
export type FaultFields = Readonly<Record<string, Readonly<Record<string, FaultField>>>>;

export const text: FaultField = {
  required: false,
  expected: 'a text',
  accepts: (value) => typeof value === 'string',
};

export const flag: FaultField = {
  required: false,
  expected: 'true or false',
  accepts: (value) => typeof value === 'boolean',
};

export const number: FaultField = {
  required: false,
  expected: 'a number',
  accepts: (value) => typeof value === 'number' && Number.isFinite(value),
};

export const count = (min: number, max: number, required = false): FaultField => ({
  required,
  expected: `a whole number from ${min} to ${max}`,
  accepts: (value) => Number.isInteger(value) && (value as number) >= min && (value as number) <= max,
});

export const oneOf = (values: readonly (string | number)[], required = false): FaultField => ({
  required,
  expected:
    values.length > 1 ? `${values.slice(0, -1).map(String).join(', ')} or ${String(values.at(-1))}` : String(values[0]),
  accepts: (value) => values.includes(value as string | number),
});

/** The body of a request, a fault or an array of them; throws a `VenueError` 'bad_fault' that says what was expected. */
export function parseFaultBody(body: string, fields: FaultFields): unknown[] {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (cause) {
    throw new VenueError('bad_fault', 'The body is no JSON; expected {"fault":…} or an array of them.', { cause });
  }
  const faults: unknown[] = Array.isArray(value) ? value : [value];
  for (const fault of faults) checkFault(fault, fields);
  return faults;
}

/** Throws a `VenueError` 'bad_fault' where the value is not as the table says. */
export function checkFault(value: unknown, table: FaultFields): void {
  if (typeof value !== 'object' || value === null || !('fault' in value)) {
    throw new VenueError('bad_fault', `A fault is an object with "fault": ${Object.keys(table).join(', ')}.`);
  }
  const name = value.fault;
  const fields = typeof name === 'string' && Object.hasOwn(table, name) ? table[name] : undefined;
  if (fields === undefined) {
    throw new VenueError(
      'bad_fault',
      `There is no fault ${JSON.stringify(name)}; expected ${Object.keys(table).join(', ')}.`,
    );
  }
  for (const [key, given] of Object.entries(value)) {
    if (key === 'fault') continue;
    const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
    if (field === undefined)
      throw new VenueError('bad_fault', `${String(name)} has no "${key}"; it has ${Object.keys(fields).join(', ')}.`);
    if (!field.accepts(given))
      throw new VenueError(
        'bad_fault',
        `"${key}" of ${String(name)} is ${JSON.stringify(given)}; expected ${field.expected}.`,
      );
  }
  for (const [key, field] of Object.entries(fields)) {
    if (field.required && !(key in value))
      throw new VenueError('bad_fault', `${String(name)} needs "${key}": ${field.expected}.`);
  }
}
