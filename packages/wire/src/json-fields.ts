// Reads fields of a parsed JSON object; what is not as expected is a WireError that names the field.
import { quoted } from './quoted.ts';
import { WireError } from './wire-error.ts';

export type JsonFields = Record<string, unknown>;

export function text(fields: JsonFields, name: string): string {
  const value = fields[name];
  return typeof value === 'string' ? value : unexpected(name, value, 'a text');
}

/** A count, a time, a number of a sequence. */
export function whole(fields: JsonFields, name: string): number {
  const value = fields[name];
  return isWhole(value) ? value : unexpected(name, value, 'a whole number');
}

export function list(fields: JsonFields, name: string): JsonFields[] {
  const value = fields[name];
  if (!Array.isArray(value)) return unexpected(name, value, 'a list');
  for (const item of value) if (typeof item !== 'object' || item === null) unexpected(name, item, 'a list of objects');
  return value;
}

/** [first, last]. */
export function numberPair(fields: JsonFields, name: string): [number, number] {
  const value = fields[name];
  if (Array.isArray(value) && value.length === 2 && isWhole(value[0]) && isWhole(value[1])) return [value[0], value[1]];
  return unexpected(name, value, 'two whole numbers');
}

/** undefined where the field is absent or null. */
export function optional<T>(
  fields: JsonFields,
  name: string,
  read: (fields: JsonFields, name: string) => T,
): T | undefined {
  const value = fields[name];
  return value === undefined || value === null ? undefined : read(fields, name);
}

export function unexpected(name: string, value: unknown, expected: string): never {
  throw new WireError('malformed', `${name} is ${quoted(value)}, expected ${expected}`);
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
