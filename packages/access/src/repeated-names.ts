/** A JSON string, and the colon after it where it is a name. Strings are taken whole, so nothing inside one is seen. */
const STRINGS = /"(?:[^"\\]|\\.)*"(\s*:)?/g;

/**
 * Whether an object in the text has a name twice. `JSON.parse` keeps the last without a word, other readers the first: a
 * token that two of them read differently is none. `value` is what `JSON.parse` made of `text`.
 */
export function repeatsNames(text: string, value: unknown): boolean {
  let written = 0;
  for (const match of text.matchAll(STRINGS)) if (match[1] !== undefined) written++;
  return written !== namesIn(value);
}

/** Depth is bounded by what JSON.parse takes of a token's length. */
function namesIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const own = Array.isArray(value) ? 0 : Object.keys(value).length;
  return Object.values(value).reduce<number>((sum, inner) => sum + namesIn(inner), own);
}
