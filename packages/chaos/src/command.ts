import { StartError } from '@tapecast/service-kit';
import type { ClusterOptions } from '@tapecast/testkit';
import { z } from 'zod';
import { everyStep, type Step, stepOf } from './faults/registry.ts';
import { MINUTES_MAX } from './limits.ts';
import { writeTables } from './resilience-page.ts';
import { type RunResult, runChaos } from './run.ts';
import { KINDS } from './verify/findings.ts';

export const description = {
  usage: 'npm run chaos --',
  summary:
    'Runs the cluster under faults drawn from a seed, with clients that write down what they get, and compares it with what the venue sent. The last line is JSON; the exit code is 1 when anything was lost, doubled, out of order, wrong or announced as lost.',
};

export const schema = z.object({
  seed: z.number().int().min(0).max(0xffff_ffff).default(1).describe('draws the market, the faults and their times'),
  minutes: z
    .number()
    .positive()
    .max(MINUTES_MAX, `a run lasts ${MINUTES_MAX} minutes at most, for the log keeps 15; make several with other seeds`)
    .default(10)
    .describe('how long faults are made'),
  faults: z
    .array(z.string().min(1))
    .default([])
    .describe('what is drawn from, a+b for two at once; default all. `--faults help` lists them'),
  each: z.boolean().default(false).describe('makes each fault once, in a run of its own, instead of drawing them'),
  together: z.boolean().default(false).describe('with --each: one after the other in one cluster'),
  page: z.string().default('').describe('file whose tables of results are brought up to date'),
  ingest: z.number().int().min(1).max(2).default(1).describe('ingest processes: two are active and standby'),
  keep: z
    .boolean()
    .default(false)
    .describe('keeps the folder of data and logs, as is done anyway where something is found'),
});
export type ChaosConfig = Readonly<z.infer<typeof schema>>;

/** Makes the runs; resolves with whether all of them were clean. */
export async function chaos(config: ChaosConfig, abort: AbortSignal): Promise<boolean> {
  const { seed, minutes, faults, each, page, keep } = config;
  if (faults.includes('help')) {
    for (const { name, faults: parts } of everyStep()) print(`${name}: ${parts.map(({ what }) => what).join('; ')}`);
    return true;
  }
  const steps = stepsOf(faults);
  // How many there may be is the launcher's to say.
  const cluster = (config.ingest === 1 ? {} : { ingest: config.ingest }) as ClusterOptions;
  const common = { seed, say: print, keep, cluster, abort };
  if (!each || config.together) {
    const result = await runChaos({ ...common, durationMs: each ? 0 : minutes * 60_000, steps });
    tell(result);
    if (page !== '') await writeTables(page, [result]);
    print(JSON.stringify(summaryOf(result)));
    return result.verified.findings.clean;
  }
  const results: RunResult[] = [];
  for (const step of steps) {
    const result = await runChaos({ ...common, durationMs: 0, steps: [step] });
    tell(result);
    results.push(result);
    // After each, so that a run that is broken off has its results in the table.
    if (page !== '') await writeTables(page, [result]);
  }
  const clean = results.every(({ verified }) => verified.findings.clean);
  print(JSON.stringify({ seed, clean, runs: results.map(summaryOf) }));
  return clean;
}

function stepsOf(names: readonly string[]): Step[] {
  if (names.length === 0) return everyStep();
  try {
    return names.map(stepOf);
  } catch (error) {
    throw new StartError('bad_option', `--faults: ${(error as Error).message}`);
  }
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);

function tell({ steps, verified, warnings }: RunResult): void {
  for (const { name, targets, allServedMs, byClient, faultMs, skipped } of steps)
    print(
      skipped === undefined
        ? `${name} (${targets.join('; ')}): all served after ${allServedMs} ms${faultMs > 0 ? `, ${faultMs} of them the fault's own` : ''}${byClient.map(([client, ms]) => `\n  ${client}: ${ms} ms`).join('')}`
        : `${name}: left out, ${skipped}`,
    );
  const { counts, examples } = verified.findings;
  print(KINDS.map((kind) => `${kind} ${counts[kind]}`).join(', '));
  for (const { kind, where, what } of examples) print(`  ${kind} in ${where}: ${what}`);
  for (const warning of warnings) print(`  log: ${warning}`);
}

/** The run in one line. */
export function summaryOf({ seed, steps, verified, clients, outcomes, footprint }: RunResult) {
  const { findings, compared, repeated } = verified;
  return {
    seed,
    clean: findings.clean,
    ...findings.counts,
    clients,
    compared,
    repeated,
    outcomes,
    steps: steps.map(({ name, targets, atMs, allServedMs, byClient, faultMs, counts, held, skipped }) => ({
      name,
      targets,
      atMs,
      allServedMs,
      byClient,
      faultMs,
      counts,
      held,
      ...(skipped === undefined ? {} : { skipped }),
    })),
    footprint,
  };
}
