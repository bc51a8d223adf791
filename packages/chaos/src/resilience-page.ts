import { readFile, writeFile } from 'node:fs/promises';
import type { Held } from './footprint.ts';
import type { RunResult, StepResult } from './run.ts';

/** One table of the page, between marks of its own. */
export interface PageTable {
  readonly begin: string;
  readonly end: string;
  readonly head: readonly [names: string, line: string];
}

const tableOf = (mark: string, columns: readonly string[]): PageTable => ({
  begin: `<!-- ${mark}: begin -->`,
  end: `<!-- ${mark}: end -->`,
  head: [`| ${columns.join(' | ')} |`, `|${columns.map(() => '---|').join('')}`],
});

/** What each fault cost. */
export const COSTS = tableOf('chaos', [
  'fault',
  'lost',
  'doubled',
  'out of order',
  'wrong',
  'announced',
  'all served after',
  'of which the fault itself',
  'hit',
]);

/** Roles as the launcher names them, and as the page does. */
const ROLES = [
  ['gateway', 'gateway'],
  ['ingest', 'ingest'],
  ['compute', 'compute'],
  ['kafka', 'broker'],
  ['redis', 'Redis node'],
  ['nginx', 'nginx'],
  ['redis-watchdog', 'watchdog'],
] as const;

/** What was held in its time. */
export const HELD = tableOf('chaos held', ['fault', ...ROLES.map(([, name]) => name), 'data folder']);

/** Brings the rows of these runs up to date in both tables; the other rows stay as they are. */
export async function writeTables(path: string, results: readonly RunResult[]): Promise<void> {
  const made = results.flatMap(({ steps }) => steps.filter(({ skipped }) => skipped === undefined));
  const page = withRows(await readFile(path, 'utf8'), COSTS, made.map(costsOf));
  await writeFile(path, withRows(page, HELD, made.map(heldOf)));
}

/** Throws where the page has no marks of the table. */
export function withRows(page: string, { begin, end, head }: PageTable, rows: readonly string[]): string {
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`the page has no table between ${begin} and ${end}`);
  const kept = new Map<string, string>();
  for (const line of page.slice(from + begin.length, to).split('\n'))
    if (line.startsWith('|') && !head.includes(line)) kept.set(nameOf(line), line);
  for (const row of rows) kept.set(nameOf(row), row);
  return `${page.slice(0, from)}${begin}\n${[...head, ...kept.values()].join('\n')}\n${page.slice(to)}`;
}

const nameOf = (row: string): string => row.split('|')[1]!.trim();

function costsOf({ name, targets, allServedMs, faultMs, counts: found }: StepResult): string {
  const counts = [found.lost, found.doubled, found.outOfOrder, found.wrong, found.announced];
  const served = allServedMs === 0 ? 'nobody noticed' : seconds(allServedMs);
  return `| ${[name, ...counts, served, faultMs === 0 ? '' : seconds(faultMs), targets.join('; ')].join(' | ')} |`;
}

function heldOf({ name, held }: Pick<StepResult, 'name'> & { held: Held }): string {
  return `| ${[name, ...ROLES.map(([role]) => held.rssMiB[role] ?? ''), held.diskMiB].join(' | ')} |`;
}

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
