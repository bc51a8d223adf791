import { QUOTED_LENGTH_MAX } from './limits.ts';

/** What a client wrote, as JSON, cut: for the text of an error. */
export function quoted(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= QUOTED_LENGTH_MAX ? text : `${text.slice(0, QUOTED_LENGTH_MAX)}…`;
}
