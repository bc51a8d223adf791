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

/** With a list of its own instead of calls: a token nests deeper than a stack goes. */
function namesIn(value: unknown): number {
  const left = [value];
  let names = 0;
  while (left.length > 0) {
    const next = left.pop();
    if (typeof next !== 'object' || next === null) continue;
    const inner: unknown[] = Object.values(next);
    if (!Array.isArray(next)) names += inner.length;
    for (const one of inner) left.push(one);
  }
  return names;
}
