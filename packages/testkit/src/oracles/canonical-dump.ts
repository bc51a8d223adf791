import { type Levels, QUOTE_FIELDS, type Update } from '@tapecast/market';

export interface DumpedUpdate {
  readonly instrument: string;
  readonly epoch: string;
  readonly update: Update;
}

/** An update came twice, as it may after a takeover, but not the same: what must never happen. */
export class UnequalUpdateError extends Error {
  constructor(key: string, number: number, first: string, second: string) {
    super(`${key} has two different updates ${number}:\n  ${first}\n  ${second}`);
    this.name = 'UnequalUpdateError';
  }
}

/**
 * What a run of the fold gave, as text that is equal byte for byte when the runs agree: per (instrument, sequence) in
 * alphabetical order, by epoch in order of appearance and number, each update's values. Wall times, record boundaries and the
 * order between sequences are left out. An update that comes again equal is one. Throws `UnequalUpdateError`.
 */
export function canonicalDump(updates: Iterable<DumpedUpdate>): string {
  const sections = canonicalSections(updates);
  return [...sections].map(([key, text]) => `# ${key}\n${text}`).join('');
}

/** The dump's parts by `<instrument> <sequence>`, to compare them one by one. */
export function canonicalSections(updates: Iterable<DumpedUpdate>): Map<string, string> {
  const sections = new Map<string, Map<string, Map<number, string>>>();
  for (const { instrument, epoch, update } of updates) {
    const key = `${instrument} ${update.sequence}`;
    const epochs = getOrMake(sections, key, () => new Map<string, Map<number, string>>());
    const lines = getOrMake(epochs, epoch, () => new Map<number, string>());
    const line = updateLine(epoch, update);
    const before = lines.get(update.first);
    if (before !== undefined && before !== line) throw new UnequalUpdateError(key, update.first, before, line);
    lines.set(update.first, line);
  }
  const sorted = [...sections].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return new Map(sorted.map(([key, epochs]) => [key, [...epochs.values()].map(textOf).join('')]));
}

function textOf(lines: Map<number, string>): string {
  return [...lines]
    .sort(([a], [b]) => a - b)
    .map(([, line]) => `${line}\n`)
    .join('');
}

function updateLine(epoch: string, update: Update): string {
  const { first, last, keyframe, priceDecimals, sizeDecimals, timestampUs } = update;
  return `${epoch} ${first}..${last} ${keyframe ? 'key' : 'change'} ${priceDecimals}/${sizeDecimals} @${timestampUs} ${bodyText(update)}`;
}

function bodyText({ body }: Update): string {
  switch (body.kind) {
    case 'trade':
      return `id=${body.id} ${body.size}x${body.price} ${body.side ?? '-'} [${body.conditions.join(',')}]`;
    case 'quote':
      return `${QUOTE_FIELDS.map((field) => `${field}=${body[field] ?? '-'}`).join(' ')} cleared=${body.cleared}`;
    case 'depth':
      return `bids=${levelsText(body.bids)} asks=${levelsText(body.asks)}`;
    case 'kline':
      return (
        `${body.interval} ${body.startMs} o=${body.open} h=${body.high} l=${body.low} c=${body.close} v=${body.volume} ` +
        `t=${body.turnover} n=${body.trades} ${body.final ? 'final' : 'open'} r=${body.revision}`
      );
    case 'status':
      return `${body.state} since=${body.sinceMs} ${body.source} ${JSON.stringify(body.reason)}`;
  }
}

/** By price: in a change the order of levels says nothing. */
function levelsText(levels: Levels): string {
  const pairs: [number, number][] = [];
  for (let at = 0; at + 1 < levels.length; at += 2) pairs.push([levels[at]!, levels[at + 1]!]);
  return pairs
    .sort(([a], [b]) => a - b)
    .map(([price, size]) => `${price}:${size}`)
    .join(',');
}

function getOrMake<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
