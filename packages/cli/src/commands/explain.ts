import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { StartError, type Task } from '@tapecast/service-kit';
import { z } from 'zod';
import { reportSchema, type SessionReport, timeline, type UpdateInQuestion, verdict } from '../explained.ts';
import { ANSWER_MS_MAX } from '../limits.ts';

const schema = z.object({
  session: z.string().min(1).describe('session of the client, as its hello or the log of the gateway names it'),
  symbol: z.string().default('').describe('AAPL$US: why did it not get an update of this?'),
  channel: z.string().default('trade').describe('with --symbol: channel of the update'),
  seq: z.number().int().min(1).optional().describe('with --symbol: number of the update'),
  dataDir: z
    .string()
    .min(1)
    .default('.tapecast')
    .describe('data folder of what runs on this machine: its gateways are found in it'),
  admin: z.array(z.string().min(1)).default([]).describe('admin ports of the gateways instead, host:port,…'),
});

/** Prints what became of a session in the last minutes, and why it did not get an update. */
export const explain: Task<typeof schema> = {
  description: {
    usage: 'npx tapecast explain <session>',
    summary: 'Tells what became of a client in the last minutes, and why it did not get an update.',
  },
  schema,
  async run({ session, symbol, channel, seq, dataDir, admin }) {
    const update = symbol === '' ? undefined : updateOf(symbol, channel, seq);
    const gateways = admin.length > 0 ? admin : gatewaysOf(dataDir);
    const found = (await Promise.all(gateways.map((gateway) => ask(gateway, session)))).filter(
      (report) => report !== undefined,
    );
    if (found.length === 0)
      throw new StartError(
        'unavailable',
        `none of ${gateways.join(', ')} knows a session ${session}: it was elsewhere, or longer ago than is remembered (5 minutes)`,
      );
    for (const { gateway, report } of found) {
      process.stdout.write(`gateway ${gateway}\n`);
      for (const line of timeline(report)) process.stdout.write(`  ${line}\n`);
      if (update === undefined) continue;
      const said = verdict(report, update);
      for (const line of said.length === 0 ? ['Nothing speaks against its having got it.'] : said)
        process.stdout.write(`${line}\n`);
    }
  },
};

/** Gateways name instruments and channels by their canonical spellings only. */
function updateOf(symbolText: string, channelText: string, seq: number | undefined): UpdateInQuestion {
  const symbol = symbolText.toUpperCase().replace(/^([^$]+)\.([A-Z]{2})$/, '$1$$$2');
  if (!symbol.includes('$'))
    throw new StartError(
      'bad_option',
      `--symbol: '${symbolText}' names no region. Expected 'AAPL$US', in quotes: else the shell takes $US for a variable`,
    );
  return { symbol, channel: CHANNEL_ALIASES.get(channelText) ?? channelText, seq };
}

const CHANNEL_ALIASES: ReadonlyMap<string, string> = new Map([
  ['trades', 'trade'],
  ['tick', 'trade'],
  ['quotes', 'quote'],
  ['depth', 'depth@20'],
]);

async function ask(gateway: string, session: string): Promise<{ gateway: string; report: SessionReport } | undefined> {
  let response: Response;
  try {
    response = await fetch(`http://${gateway}/sessions/${encodeURIComponent(session)}`, {
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
    });
  } catch (cause) {
    process.stderr.write(`${gateway} does not answer: ${cause instanceof Error ? cause.message : String(cause)}\n`);
    return undefined;
  }
  if (response.status === 404) return undefined;
  const report = reportSchema.safeParse(await response.json().catch(() => undefined));
  if (report.success) return { gateway, report: report.data };
  process.stderr.write(`${gateway} answered ${response.status}: is that the admin port of a gateway?\n`);
  return undefined;
}

/** Admin ports that `npm run cluster` or `npm start` left in their data folder. */
function gatewaysOf(dataDir: string): string[] {
  const cluster = read(join(dataDir, 'cluster.json'), clusterSchema);
  const ports = cluster?.processes.flatMap(({ role, admin }) => (role === 'gateway' && admin ? [admin] : [])) ?? [];
  const standalone = read(join(dataDir, 'standalone.json'), standaloneSchema);
  if (ports.length === 0 && standalone !== undefined) ports.push(standalone.admin.replace(/^https?:\/\//, ''));
  if (ports.length > 0) return ports;
  throw new StartError(
    'unavailable',
    `${dataDir} names no gateway. Name the folder of what runs here with --data-dir, or admin ports with --admin host:port,…`,
  );
}

const clusterSchema = z.object({
  processes: z.array(z.object({ role: z.string(), admin: z.string().nullable() })),
});
const standaloneSchema = z.object({ admin: z.string() });

function read<T>(file: string, shape: z.ZodType<T>): T | undefined {
  try {
    return shape.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data;
  } catch {
    return undefined;
  }
}
