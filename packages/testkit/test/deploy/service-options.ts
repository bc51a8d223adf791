import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type OptionSchema, readOptions } from '@tapecast/service-kit';
import { authProcessSchema } from '../../../../services/auth/src/config.ts';
import { computeProcessSchema } from '../../../../services/compute/src/config.ts';
import { gatewayProcessSchema } from '../../../../services/gateway/src/config.ts';
import { ingestProcessSchema } from '../../../../services/ingest/src/config.ts';
import { redisWatchdogSchema } from '../../../../services/redis-watchdog/src/config.ts';
import { ROOT } from './manifests.ts';

export const SCHEMAS: Readonly<Record<string, OptionSchema>> = {
  ingest: ingestProcessSchema,
  compute: computeProcessSchema,
  gateway: gatewayProcessSchema,
  auth: authProcessSchema,
  'redis-watchdog': redisWatchdogSchema,
};

type Environment = Readonly<Record<string, string>>;

/** Options that the images of all services have set: the `ENV` lines of the Dockerfile. */
export function imageEnvironment(): Record<string, string> {
  const text = readFileSync(join(ROOT, 'deploy/Dockerfile'), 'utf8').replaceAll('\\\n', ' ');
  const lines = text.split('\n').filter((line) => line.startsWith('ENV ') && !line.includes('TAPECAST_DATA_DIR'));
  return Object.fromEntries(
    lines.flatMap((line) =>
      [...line.matchAll(/\b([A-Z_]+)=(\S+)/g)].map((match) => [match[1] as string, match[2] as string]),
    ),
  );
}

/** The options as the service would read them. Throws what it would say of values; `unknown` are names it would overlook. */
export function readServiceOptions(service: string, environment: Environment) {
  const schema = SCHEMAS[service];
  if (schema === undefined) throw new Error(`there is no service ${service}`);
  const names = new Set(
    Object.keys(schema.shape).map((key) => `TAPECAST_${key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`),
  );
  const all = { ...imageEnvironment(), ...environment };
  return {
    unknown: Object.keys(all).filter((name) => name.startsWith('TAPECAST_') && !names.has(name)),
    options: readOptions({ usage: service, summary: '' }, schema, [], all) as Readonly<Record<string, unknown>>,
  };
}
