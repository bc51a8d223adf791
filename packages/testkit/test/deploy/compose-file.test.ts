import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { LIMITS } from '../../../../packages/replay-store/src/limits.ts';
import { REPLAY_LIMITS } from '../../../../services/gateway/src/replay/limits.ts';
import { ROOT } from './manifests.ts';
import { readServiceOptions, SCHEMAS } from './service-options.ts';

interface ComposeService {
  image: string;
  build?: { target: string; args: Record<string, string> };
  environment?: Record<string, string>;
  ports?: string[];
  secrets?: string[];
  depends_on?: Record<string, { condition: string }>;
  networks?: string[];
  volumes?: string[];
  tmpfs?: string[];
  mem_limit?: string;
}
interface ComposeFile {
  services: Record<string, ComposeService>;
  networks?: Record<string, { internal?: boolean }>;
  secrets?: Record<string, { file: string }>;
}

/** With `${NAME:-default}` as it is where nothing is set. */
function read(file: string): ComposeFile {
  const text = readFileSync(join(ROOT, file), 'utf8').replace(/\$\{\w+:-([^}]*)\}/g, '$1');
  const found = parse(text, { merge: true }) as ComposeFile;
  // Compose passes a value that is left empty as an empty text.
  for (const { environment = {} } of Object.values(found.services))
    for (const [name, value] of Object.entries(environment)) environment[name] = value ?? '';
  return found;
}
const anonymous = read('docker-compose.yml');
const tokens = read('deploy/compose.tokens.yml');
/** As compose merges: environments by name, the rest of a service that is new as it is. */
const both: Record<string, ComposeService> = { ...anonymous.services };
for (const [name, service] of Object.entries(tokens.services))
  both[name] = { ...both[name], ...service, environment: { ...both[name]?.environment, ...service.environment } };

const environmentOf = (services: Record<string, ComposeService>, name: string): Record<string, string> => {
  const found = services[name]?.environment;
  if (found === undefined) throw new Error(`${name} has no environment`);
  return found;
};

describe('docker-compose.yml', () => {
  it.each(['ingest', 'compute', 'gateway'])('gives %s options that it has, with values that it takes', (name) => {
    const { unknown, options } = readServiceOptions(name, environmentOf(anonymous.services, name));
    expect(unknown).toEqual([]);
    const [host = '', port] = (options.kafka as string[])[0]!.split(':');
    expect(anonymous.services[host]).toBeDefined();
    expect(readFileSync(join(ROOT, 'deploy/kafka/server.properties'), 'utf8')).toContain(
      `advertised.listeners=PLAINTEXT://${host}:${port}`,
    );
    const redis = (options.redis as string[]).map((node) => node.split(':')[0] as string);
    expect(redis.filter((node) => anonymous.services[node] === undefined)).toEqual([]);
    expect(redis).toHaveLength(6);
  });

  it('gives the watchdog options that it has', () => {
    const { unknown, options } = readServiceOptions(
      'redis-watchdog',
      environmentOf(anonymous.services, 'redis-watchdog'),
    );
    expect(unknown).toEqual([]);
    expect(options.redis).toEqual(
      readServiceOptions('compute', environmentOf(anonymous.services, 'compute')).options.redis,
    );
  });

  it.each(['gateway', 'auth'])('with tokens gives %s options that it has, with values that it takes', (name) => {
    const { unknown, options } = readServiceOptions(name, environmentOf(both, name));
    expect(unknown).toEqual([]);
    expect(options.tokenIssuer).toBe('https://auth:8443');
    // Every file that is named is a secret that the service is given.
    const given = (both[name]?.secrets ?? []).map((secret) => `/run/secrets/${secret}`);
    const files = Object.values(environmentOf(both, name)).filter((value) => value.startsWith('/run/secrets/'));
    expect(files.length).toBeGreaterThan(0);
    expect(files.filter((file) => !given.includes(file))).toEqual([]);
  });

  it('opens market data where it says so, and with tokens nowhere', () => {
    const open = readServiceOptions('gateway', environmentOf(anonymous.services, 'gateway')).options;
    expect(open).toMatchObject({ anonymous: true, anonymousBeyondLoopback: true, jwks: '' });
    const closed = readServiceOptions('gateway', environmentOf(both, 'gateway')).options;
    expect(closed).toMatchObject({ anonymous: false, anonymousBeyondLoopback: false });
    for (const { ports = [] } of Object.values(both)) for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
    expect(anonymous.networks?.inside?.internal).toBe(true);
    const parts = Object.entries(anonymous.services).filter(([name]) => /^(kafka|redis|compute)/.test(name));
    for (const [name, { networks }] of parts) expect(networks, name).toEqual(['inside']);
  });

  it('builds what it runs, from bases of the versions that the repository has', () => {
    const dockerfile = readFileSync(join(ROOT, 'deploy/Dockerfile'), 'utf8');
    const base = /^ARG BASE=(.+)$/m.exec(dockerfile)?.[1];
    const edgeBase = /^ARG EDGE_BASE=(.+)$/m.exec(dockerfile)?.[1];
    const { devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      devDependencies: Record<string, string>;
    };
    expect(base).toBe(`node:${devDependencies.node}-bookworm-slim`);
    for (const [name, { build, image }] of Object.entries(both)) {
      if (build === undefined) continue;
      expect(image).toBe(`tapecast-${build.target}:dev`);
      expect(dockerfile).toMatch(new RegExp(`^FROM \\S+ AS ${build.target}$`, 'm'));
      expect(build.args.BASE, name).toBe(base);
      if (build.target === 'edge') expect(build.args.EDGE_BASE).toBe(edgeBase);
    }
    for (const service of Object.keys(SCHEMAS))
      expect(dockerfile).toMatch(new RegExp(`^FROM service AS ${service}$`, 'm'));
    const kafka = readFileSync(join(ROOT, 'packages/testkit/src/parts/kafka-install.ts'), 'utf8');
    expect(anonymous.services.kafka?.image).toBe(`apache/kafka:${/KAFKA_VERSION = '([\d.]+)'/.exec(kafka)?.[1]}`);
  });

  it('gives each gateway a folder of its own that its user can write, with room for all that goes there', () => {
    for (const services of [anonymous.services, both]) {
      const { options } = readServiceOptions('gateway', environmentOf(services, 'gateway'));
      const [folder = '', mount = ''] = services.gateway?.tmpfs?.[0]?.split(':') ?? [];
      expect(options.dataDir).toBe(folder);
      const given = new Map(mount.split(',').map((one) => one.split('=') as [string, string]));
      const user = /^USER (\d+):(\d+)$/m.exec(readFileSync(join(ROOT, 'deploy/Dockerfile'), 'utf8'));
      expect([given.get('uid'), given.get('gid'), given.get('mode')]).toEqual([user?.[1], user?.[2], '0700']);
      const size = mebibytes(given.get('size'));
      // LevelDB has up to a segment twice while it puts it in order.
      const segment = REPLAY_LIMITS.storeBytes / LIMITS.segmentsInBytes;
      expect(size * 2 ** 20).toBeGreaterThan(REPLAY_LIMITS.storeBytes + segment);
      // A tmpfs is memory of its container.
      expect(mebibytes(services.gateway?.mem_limit) - size).toBeGreaterThanOrEqual(1_024);
    }
  });

  it('gives each worker a folder of its own that outlives its process and that its user can write', () => {
    for (const services of [anonymous.services, both]) {
      const { options } = readServiceOptions('compute', environmentOf(services, 'compute'));
      const folder = dirname(options.memberFile as string);
      // Without a name: one for each container, and the same when it is started again.
      expect(services.compute?.volumes).toEqual([folder]);
      const dockerfile = readFileSync(join(ROOT, 'deploy/Dockerfile'), 'utf8');
      const compute = /^FROM service AS compute$[\s\S]*?^FROM /m.exec(dockerfile)?.[0];
      const user = /^USER (\S+)$/m.exec(dockerfile)?.[1];
      expect(compute).toContain(`--chown=${user} /trees/empty/ ${folder}/\n`);
    }
  });

  it('waits only for services that there are', () => {
    const waits = Object.values(both).flatMap(({ depends_on = {} }) => Object.keys(depends_on));
    expect(waits.length).toBeGreaterThan(10);
    expect(waits.filter((name) => both[name] === undefined)).toEqual([]);
  });
});

const mebibytes = (text = ''): number => {
  const [, number = 'none', unit] = /^(\d+)([mg])$/.exec(text) ?? [];
  return Number(number) * (unit === 'g' ? 1_024 : 1);
};
