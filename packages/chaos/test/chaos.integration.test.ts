import { expect, test } from 'vitest';
import { stepOf } from '../src/faults/registry.ts';
import { runChaos } from '../src/run.ts';

const SEED = 7;

/** A short run on a real cluster, one fault of each kind that is over soon. Longer ones: `npm run chaos`. */
test('a compute worker, a gateway and a Redis master die, the venue repeats itself: nothing is lost, doubled or wrong', async () => {
  const said: string[] = [];
  const result = await runChaos({
    seed: SEED,
    durationMs: 0,
    steps: ['kill-compute', 'venue-repeat', 'kill-gateway+kill-redis'].map(stepOf),
    say: (line) => said.push(line),
  });
  const { findings, compared } = result.verified;
  expect(findings.examples, `${said.join('\n')}\n${result.warnings.join('\n')}`).toEqual([]);
  expect(findings.clean).toBe(true);
  for (const [what, count] of Object.entries(compared)) expect(count, what).toBeGreaterThan(100);
  process.stdout.write(`${JSON.stringify(result.steps)}\n`);
}, 300_000);
