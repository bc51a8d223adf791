import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { StartError } from '@tapecast/service-kit';
import { freePort } from '../parts/port.ts';
import { type ClusterConfig, clusterSchema } from './config.ts';

/** Before anything is started: what is to be played is there. */
export function checkRecording({ feed, recording }: ClusterConfig): void {
  if (feed !== 'replay') {
    if (recording.length > 0) throw new StartError('bad_option', '--recording is played with --feed replay only');
    return;
  }
  if (recording.length === 0) throw new StartError('bad_option', '--feed replay needs --recording <file>[,<file>…]');
  const absent = recording.filter((file) => !existsSync(file));
  if (absent.length > 0) throw new StartError('bad_option', `--recording: there is no file ${absent.join(', ')}`);
}

/** Before anything is started: what the feed is bought with is there. */
export function checkToken({ feed, token, tokenFile }: ClusterConfig): void {
  if (feed !== 'itick') return;
  if (token === '' && tokenFile === '') {
    throw new StartError(
      'bad_option',
      '--feed itick needs the key of an iTick plan: --token <key>, --token-file <file> or TAPECAST_TOKEN',
    );
  }
  if (token !== '' && tokenFile !== '') throw new StartError('bad_option', '--token and --token-file: leave one out');
  if (tokenFile !== '' && !existsSync(tokenFile))
    throw new StartError('bad_option', `--token-file: there is no file ${tokenFile}`);
}

/** nginx would say it in its log only, after trying for 2.5 s. */
export async function takePort(port: number): Promise<number> {
  if (port === 0) return freePort();
  await new Promise<void>((resolve, reject) => {
    const server = createServer();
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const message =
        cause.code === 'EADDRINUSE'
          ? `127.0.0.1:${port} is taken by another process. Choose another port with --port, or stop that process.`
          : `127.0.0.1:${port} can't be listened on (${cause.message}). Choose another port with --port.`;
      reject(new StartError('port_taken', message, { cause }));
    });
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => server.close(() => resolve()));
  });
  return port;
}

/** Ingest's own name for the key: it reaches ingest alone, by `secretsOf`. */
const INGEST_SECRET = 'TAPECAST_ITICK_TOKEN';

/** Kafka, Redis and nginx are given the launcher's environment: a key that came in it is not theirs. */
export function dropSecrets(env: NodeJS.ProcessEnv): void {
  delete env.TAPECAST_TOKEN;
  delete env[INGEST_SECRET];
}

/** The launcher's own options must not reach its children as theirs: TAPECAST_PORT is nginx's. */
export function childEnvironment(): NodeJS.ProcessEnv {
  const own = new Set(
    Object.keys(clusterSchema.shape).map(
      (key) => `TAPECAST_${key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`,
    ),
  );
  own.add(INGEST_SECRET);
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !own.has(name)));
}
