import { readFileSync } from 'node:fs';
import { readTrialClient, trialClientFile } from '@tapecast/access';
import { StartError, type Task } from '@tapecast/service-kit';
import { z } from 'zod';
import { askForToken } from '../ask-for-token.ts';

const schema = z.object({
  dataDir: z
    .string()
    .min(1)
    .default('.tapecast')
    .describe('data folder of what runs here with --auth: address and client are found in it'),
  authUrl: z
    .string()
    .default('')
    .describe('another auth service, https://auth.example; needs --client and --secret-file'),
  client: z.string().default('').describe('id of the client that asks'),
  secretFile: z.string().default('').describe('file with its secret'),
  subject: z.string().default('').describe('for whom the token is; the client itself where left out'),
  channels: z.array(z.string()).default([]).describe('quote,trade,… ; all that the client may grant where left out'),
  symbols: z.array(z.string()).default([]).describe("'AAPL$US,*$HK'; all that the client may grant where left out"),
  expiresIn: z.number().int().min(1).default(300).describe('seconds that it lives'),
});

/** Prints a token, and nothing else, on stdout. */
export const token: Task<typeof schema> = {
  description: {
    usage: 'npx tapecast token',
    summary: 'Prints a token for trying: of what runs on this machine with --auth, or of another auth service.',
  },
  schema,
  async run(config) {
    const made = await askForToken({
      ...who(config),
      subject: config.subject === '' ? undefined : config.subject,
      channels: config.channels.length === 0 ? undefined : config.channels,
      symbols: config.symbols.length === 0 ? undefined : config.symbols,
      expiresIn: config.expiresIn,
    });
    process.stdout.write(`${made}\n`);
  },
};

/** From the options, or from what the commands for one machine left in their data folder. */
function who(config: z.infer<typeof schema>): { url: string; client: string; secret: string } {
  const named = config.client !== '' || config.secretFile !== '';
  if (named && (config.client === '' || config.secretFile === ''))
    throw new StartError('bad_option', '--client and --secret-file belong together');
  const trial = readTrialClient(config.dataDir);
  const url = checkedUrl(config.authUrl === '' ? trial?.url : config.authUrl, config.dataDir);
  if (named) return { url, client: config.client, secret: readSecret(config.secretFile) };
  if (config.authUrl !== '')
    throw new StartError('bad_option', '--auth-url needs --client and --secret-file: who asks there');
  if (trial === undefined) throw nothingRuns(config.dataDir);
  return { url, client: trial.client, secret: trial.secret };
}

function checkedUrl(written: string | undefined, dataDir: string): string {
  if (written === undefined) throw nothingRuns(dataDir);
  const url = URL.parse(written);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new StartError('bad_option', `--auth-url ${written} is no address such as https://auth.example`);
  const loopback = /^(localhost|127\.[\d.]+|\[::1\])$/.test(url.hostname);
  if (url.protocol === 'http:' && !loopback)
    throw new StartError(
      'bad_option',
      `--auth-url ${written}: a secret does not cross a network without TLS; use https://`,
    );
  return url.origin;
}

const nothingRuns = (dataDir: string): StartError =>
  new StartError(
    'unavailable',
    `nothing runs with --auth here: there is no ${trialClientFile(dataDir)}. Start it with "npm start -- --auth" or "npm run cluster -- --auth 2", name its --data-dir, or ask another service with --auth-url, --client and --secret-file.`,
  );

function readSecret(file: string): string {
  try {
    const secret = readFileSync(file, 'utf8').trim();
    if (secret !== '') return secret;
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    throw new StartError('bad_option', `--secret-file ${file} can't be read (${code})`, { cause });
  }
  throw new StartError('bad_option', `--secret-file ${file} is empty`);
}
