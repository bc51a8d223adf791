import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { StartError, type Task } from '@tapecast/service-kit';
import { z } from 'zod';
import { ANSWER_MS_MAX, PROGRESS_POLL_MS } from '../limits.ts';

const schema = z.object({
  dataDir: z.string().min(1).default('.tapecast').describe('data folder of the cluster: its launcher is found in it'),
  perSecond: z
    .number()
    .int()
    .min(1)
    .max(100_000)
    .default(200)
    .describe('clients that each gateway sends away a second'),
  drainMs: z
    .number()
    .int()
    .min(1)
    .max(600_000)
    .default(30_000)
    .describe('longest that each may take for it; whoever is left then is closed at once'),
});

/** What the launcher tells of it. */
const stateSchema = z.object({
  state: z.enum(['none', 'running', 'done', 'failed']),
  gateways: z.array(
    z.object({
      name: z.string(),
      state: z.string(),
      drainedMs: z.number().optional(),
      restartedMs: z.number().optional(),
    }),
  ),
  error: z.string().optional(),
});

const clusterSchema = z.object({
  processes: z.array(z.object({ role: z.string(), admin: z.string().nullable() })),
});

/** Has the launcher restart all gateways, one after the other, and tells how far it is. Ends when all are back. */
export const restartGateways: Task<typeof schema> = {
  description: {
    usage: 'npx tapecast restart-gateways',
    summary: 'Restarts the gateways of the cluster on this machine one after the other; their clients move in slots.',
  },
  schema,
  async run({ dataDir, perSecond, drainMs }) {
    const address = `http://${launcherOf(dataDir)}/gateways/restart`;
    const begun = await ask(`${address}?per_second=${perSecond}&ms=${drainMs}`, 'POST');
    if (begun.status !== 202) throw new StartError('unavailable', (await begun.text()).trim());
    const told = new Map<string, string>();
    for (;;) {
      const { state, gateways, error } = stateSchema.parse(await (await ask(address, 'GET')).json());
      for (const gateway of gateways) {
        if (told.get(gateway.name) === gateway.state) continue;
        told.set(gateway.name, gateway.state);
        process.stdout.write(`${gateway.name} ${gateway.state}${spent(gateway)}\n`);
      }
      if (state === 'failed') throw new StartError('unavailable', `the restart stopped: ${error ?? 'no reason given'}`);
      if (state !== 'running') return;
      await delay(PROGRESS_POLL_MS);
    }
  },
};

const spent = ({
  drainedMs,
  restartedMs,
}: {
  drainedMs?: number | undefined;
  restartedMs?: number | undefined;
}): string =>
  drainedMs === undefined
    ? ''
    : ` drained_ms=${drainedMs}${restartedMs === undefined ? '' : ` restarted_ms=${restartedMs}`}`;

/** `host:port` of the launcher's admin port. */
function launcherOf(dataDir: string): string {
  const file = join(dataDir, 'cluster.json');
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new StartError(
      'unavailable',
      `no cluster runs here: there is no ${file}. Start one with "npm run cluster", or name its folder with --data-dir.`,
      { cause },
    );
  }
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    content = undefined;
  }
  const found = clusterSchema.safeParse(content);
  const admin = found.data?.processes.find(({ role }) => role === 'launcher')?.admin;
  if (admin === undefined || admin === null)
    throw new StartError('unavailable', `${file} names no launcher: it is none of "npm run cluster"`);
  return admin;
}

async function ask(address: string, method: string): Promise<Response> {
  try {
    return await fetch(address, { method, signal: AbortSignal.timeout(ANSWER_MS_MAX) });
  } catch (cause) {
    throw new StartError(
      'unavailable',
      `the launcher does not answer at ${new URL(address).host}: is the cluster still running?`,
      {
        cause,
      },
    );
  }
}
