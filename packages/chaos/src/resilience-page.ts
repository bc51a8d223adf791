import { readFile, writeFile } from 'node:fs/promises';
import type { RunResult } from './run.ts';

const BEGIN = '<!-- chaos: begin -->';
const END = '<!-- chaos: end -->';
const HEAD = [
  '| fault | lost | doubled | out of order | wrong | announced | all served after | of which the fault itself | hit |',
  '|---|---|---|---|---|---|---|---|---|',
];

/** Brings the rows of these runs up to date in the table between the page's marks; the other rows stay as they are. */
export async function writeTable(path: string, results: readonly RunResult[]): Promise<void> {
  const page = await readFile(path, 'utf8');
  await writeFile(path, withRows(page, results.flatMap(rowsOf)));
}

/** Throws where the page has no marks. */
export function withRows(page: string, rows: readonly string[]): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`the page has no table between ${BEGIN} and ${END}`);
  const kept = new Map<string, string>();
  for (const line of page.slice(begin + BEGIN.length, end).split('\n'))
    if (line.startsWith('|') && !HEAD.includes(line)) kept.set(nameOf(line), line);
  for (const row of rows) kept.set(nameOf(row), row);
  const table = [...HEAD, ...kept.values()].join('\n');
  return `${page.slice(0, begin)}${BEGIN}\n${table}\n${page.slice(end)}`;
}

const nameOf = (row: string): string => row.split('|')[1]!.trim();

function rowsOf({ steps }: RunResult): string[] {
  return steps
    .filter(({ skipped }) => skipped === undefined)
    .map(({ name, targets, allServedMs, faultMs, counts: found }) => {
      const counts = [found.lost, found.doubled, found.outOfOrder, found.wrong, found.announced];
      const served = allServedMs === 0 ? 'nobody noticed' : seconds(allServedMs);
      return `| ${[name, ...counts, served, faultMs === 0 ? '' : seconds(faultMs), targets.join('; ')].join(' | ')} |`;
    });
}

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
