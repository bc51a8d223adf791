import { readFileSync } from 'node:fs';
import { readTrialClient } from '@tapecast/access';
import { TapecastClient, TapecastError, type TokenSource } from '@tapecast/client';
import { isLoopback, StartError, type Task } from '@tapecast/service-kit';
import { z } from 'zod';
import { askForToken } from '../ask-for-token.ts';
import { BoundedOutput } from '../bounded-output.ts';
import { DATA_EVENTS, jsonLine, OTHER_EVENTS, textLine } from '../watch-lines.ts';

const schema = z.object({
  url: z.string().default('ws://127.0.0.1:8080/v1/stream').describe('the stream of a gateway or of what is before it'),
  symbols: z.array(z.string()).default([]).describe('AAPL$US,BTCUSDT$BA,… (in quotes: the shell knows $, too)'),
  channels: z.array(z.string()).default(['trade']).describe('trade,quote,depth@20,kline@1m,…'),
  intervalMs: z.number().int().min(0).default(0).describe('updates of one kind at most once in so many milliseconds'),
  protocol: z.enum(['protobuf.zstd', 'protobuf', 'json']).default('protobuf.zstd').describe('how it is spoken to'),
  json: z.boolean().default(false).describe('a line of JSON for each event, instead of words'),
  tokenFile: z
    .string()
    .default('')
    .describe(
      'file with a token, read again for each connection and renewal; without it: of what runs here with --auth, else none',
    ),
  dataDir: z.string().min(1).default('.tapecast').describe('data folder of what runs here with --auth'),
  seconds: z.number().min(0).default(0).describe('ends after so long; 0: with Ctrl-C'),
});

/** Notices that are events of their own, too. */
const SAID_BY_OTHERS: ReadonlySet<unknown> = new Set(['hole', 'merged', 'degraded']);

/** Prints what is told until it is stopped, through every loss of its connection: data on stdout, what happened on stderr. */
export const watch: Task<typeof schema> = {
  description: {
    usage: "npx tapecast watch 'AAPL$US,700$HK'",
    summary: 'Prints what a gateway tells, through lost connections too: data on stdout, what happened on stderr.',
  },
  schema,
  async run(config) {
    const { url, symbols, channels, intervalMs, protocol, json, seconds } = config;
    if (symbols.length === 0)
      throw new StartError('bad_option', '--symbols names nothing to watch, expected AAPL$US,…');
    const token = tokenOf(config);
    const client = new TapecastClient({ url, protocol, ...(token !== undefined && { token }) });
    const data = new BoundedOutput(process.stdout);
    const happened = new BoundedOutput(process.stderr);
    const line = json ? jsonLine : textLine;
    for (const name of DATA_EVENTS) client.on(name, (event) => data.write(line(name, event)));
    for (const name of OTHER_EVENTS) {
      client.on(name, (event) => {
        if ('code' in event && SAID_BY_OTHERS.has(event.code)) return;
        happened.write(json ? jsonLine(name, event) : `# ${name}: ${textLine(name, event)}`);
      });
    }
    const ended = new Promise<string | undefined>((resolve) => {
      client.on('state', ({ state, code, reason }) => {
        if (state === 'closed')
          resolve(code === 1000 ? undefined : `the gateway sends this client away: ${code} ${reason}`);
      });
    });
    const stop = (): void => client.close();
    process.once('SIGINT', stop);
    process.once('SIGTERM', stop);
    // Whoever reads it has gone, as `head` does.
    process.stdout.once('error', stop);
    const timer = seconds > 0 ? setTimeout(stop, seconds * 1_000) : undefined;
    try {
      connect(client);
      await subscribe(client, symbols, channels, intervalMs, happened);
      const why = await ended;
      if (why !== undefined) throw new StartError('unavailable', why);
    } finally {
      clearTimeout(timer);
      client.close();
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
    }
  },
};

function connect(client: TapecastClient): void {
  try {
    client.connect();
  } catch (error) {
    throw error instanceof TapecastError ? new StartError('bad_option', `--url: ${error.message}`) : error;
  }
}

/** Waits for a gateway where none is there. Each pair that is refused is told; none given is an error. */
async function subscribe(
  client: TapecastClient,
  symbols: readonly string[],
  channels: readonly string[],
  intervalMs: number,
  happened: BoundedOutput,
): Promise<void> {
  try {
    const results = await client.subscribe(symbols, channels, { intervalMs });
    for (const { symbol, channel, ok, code, msg } of results)
      if (!ok) happened.write(`# refused: ${symbol} ${channel} (${code}): ${msg ?? ''}`);
    if (!results.some(({ ok }) => ok)) throw new StartError('bad_option', 'nothing of it is given, see above');
  } catch (error) {
    // It was closed while it waited: how it ended is told there.
    if (error instanceof TapecastError && error.code === 'closed') return;
    throw error instanceof TapecastError ? new StartError('unavailable', error.message) : error;
  }
}

function tokenOf({ url, tokenFile, dataDir }: z.infer<typeof schema>): TokenSource | undefined {
  if (tokenFile !== '') return () => readFileSync(tokenFile, 'utf8').trim();
  // The token of a trial is for what runs here, and for nobody else to see.
  if (!isLoopback(URL.parse(url)?.hostname ?? '')) return undefined;
  const trial = readTrialClient(dataDir);
  return trial === undefined ? undefined : () => askForToken(trial);
}
