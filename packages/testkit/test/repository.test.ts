import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

/** The repository checks itself: what ARCHITECTURE.md says of its structure is held here. */

const root = resolve(import.meta.dirname, '../../..');

/** Allowed imports of our own packages, by importing package (its `src` only). The code map of ARCHITECTURE.md says the same. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  market: [],
  wire: ['market'],
  'tick-log': ['market', 'wire'],
  'market-state': ['market', 'wire'],
  'signal-bus': ['market-state'],
  'replay-store': [],
  client: ['market', 'wire'],
  access: ['market', 'wire'],
  cli: ['access', 'market', 'wire', 'client', 'service-kit'],
  auth: ['access', 'market', 'wire', 'market-state', 'service-kit'],
  'service-kit': [],
  'redis-watchdog': ['service-kit'],
  'venue-server': [],
  testkit: ['access', 'market', 'wire', 'client', 'service-kit', 'venue-server'],
  chaos: ['market', 'wire', 'client', 'service-kit', 'tick-log', 'testkit', 'venue-server'],
  web: ['market', 'wire', 'client'],
  ingest: ['market', 'wire', 'tick-log', 'market-state', 'replay-store', 'service-kit'],
  compute: ['market', 'wire', 'tick-log', 'market-state', 'service-kit'],
  gateway: ['access', 'market', 'wire', 'tick-log', 'market-state', 'signal-bus', 'replay-store', 'service-kit'],
  standalone: [
    'access',
    'auth',
    'market',
    'wire',
    'tick-log',
    'market-state',
    'signal-bus',
    'replay-store',
    'service-kit',
    'venue-server',
    'ingest',
    'compute',
    'gateway',
  ],
};

/** Network and native drivers, and the folders that may import each. */
const DRIVERS: Readonly<Record<string, string | readonly string[]>> = {
  kafkajs: 'packages/tick-log/src/kafka/',
  'classic-level': 'packages/replay-store/src/',
  ioredis: ['packages/market-state/src/redis/', 'packages/signal-bus/src/redis/'],
  'uWebSockets.js': 'services/gateway/src/edge/',
  testcontainers: 'packages/testkit/src/parts/container/',
  dockerode: 'packages/testkit/src/parts/container/',
};

const LINES_MAX = 500;
const FORBIDDEN_NAMES = /(^|\/)(utils?|helpers?|common|lib|managers?)(\.ts|\/)/;

const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file !== '' && existsSync(join(root, file)));
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

interface Source {
  file: string;
  owner: string;
  text: string;
  imports: string[];
}

const IMPORT =
  /(?:^|[\s;])(?:import|export)\s*(?:type\s+)?(?:[\w*{}\s,$]+?\s+from\s+)?['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)/g;
const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');

const sources: Source[] = tracked
  .filter((file) => /^(packages|services)\/[^/]+\/src\/.*\.ts$/.test(file) && !/\/gen\/|\.d\.ts$/.test(file))
  .map((file) => {
    const text = read(file);
    const imports = [...withoutComments(text).matchAll(IMPORT)].map((match) => (match[1] ?? match[2]) as string);
    return { file, owner: file.split('/')[1] as string, text, imports };
  });

describe('structure', () => {
  test('sources were found and their imports read', () => {
    expect(sources.length).toBeGreaterThan(40);
    expect(sources.flatMap((source) => source.imports).length).toBeGreaterThan(100);
  });

  test('packages import only what the code map allows', () => {
    const wrong: string[] = [];
    for (const { file, owner, imports } of sources)
      for (const name of imports) {
        const ours = /^@tapecast\/([^/]+)/.exec(name)?.[1];
        if (ours !== undefined && !(ALLOWED[owner] ?? []).includes(ours)) wrong.push(`${file} imports ${name}`);
        if (name.startsWith('.')) {
          const target = relative(root, resolve(root, dirname(file), name));
          if (target.split('/').slice(0, 2).join('/') !== file.split('/').slice(0, 2).join('/'))
            wrong.push(`${file} imports ${name}`);
        }
      }
    expect(wrong).toEqual([]);
  });

  test('each driver is imported in one place', () => {
    const wrong = sources.flatMap(({ file, imports }) =>
      imports
        .filter((name) => {
          const driver = Object.keys(DRIVERS).find(
            (candidate) => name === candidate || name.startsWith(`${candidate}/`),
          );
          return driver !== undefined && ![DRIVERS[driver]!].flat().some((folder) => file.startsWith(folder));
        })
        .map((name) => `${file} imports ${name}`),
    );
    expect(wrong).toEqual([]);
  });

  test('market and wire run in a browser: nothing of Node in them', () => {
    const wrong = sources.filter(
      ({ owner, imports }) =>
        ['market', 'wire', 'client'].includes(owner) && imports.some((name) => name.startsWith('node:')),
    );
    expect(wrong.map(({ file }) => file)).toEqual([]);
  });

  test('every source file is reached from an entry of its package', () => {
    const byFile = new Map(sources.map((source) => [source.file, source]));
    const reached = new Set<string>();
    const visit = (file: string): void => {
      const source = byFile.get(file);
      if (source === undefined || reached.has(file)) return;
      reached.add(file);
      for (const name of source.imports)
        if (name.startsWith('.')) visit(relative(root, resolve(root, dirname(file), name)).replace(/\.js$/, '.ts'));
    };
    for (const { file } of sources) if (/\/src\/(index|main|.*\/main)\.ts$/.test(file)) visit(file);
    for (const file of tracked.filter((name) => /^(packages|services)\/[^/]+\/package\.json$/.test(name))) {
      const { exports = {} } = JSON.parse(read(file)) as { exports?: Record<string, { source?: string }> };
      for (const { source } of Object.values(exports)) if (source !== undefined) visit(join(dirname(file), source));
    }
    expect(sources.map(({ file }) => file).filter((file) => !reached.has(file))).toEqual([]);
  });

  test('files stay small enough to hold in the head, and are named after what they are', () => {
    const code = tracked.filter(
      (file) => /^(packages|services|bench|scripts)\/.*\.(ts|mjs|css)$/.test(file) && !file.includes('/gen/'),
    );
    expect(code.filter((file) => read(file).split('\n').length > LINES_MAX)).toEqual([]);
    expect(code.filter((file) => FORBIDDEN_NAMES.test(file))).toEqual([]);
    expect(code.filter((file) => !/^[a-z0-9./@-]+$/.test(file))).toEqual([]);
  });

  test('the environment is read in one place', () => {
    const wrong = sources.filter(
      ({ file, owner, text }) =>
        owner !== 'testkit' &&
        file !== 'packages/service-kit/src/command.ts' &&
        /process\.env/.test(withoutComments(text)),
    );
    expect(wrong.map(({ file }) => file)).toEqual([]);
  });
});

describe('words', () => {
  test('nothing is left to do, focused, or bound to one machine', () => {
    const self = relative(root, import.meta.filename);
    const marks = new RegExp(
      ['\\bFIX' + 'ME\\b', '\\bTO' + 'DO\\b', '\\bX' + 'XX\\b:', 'not ' + 'implemented', '\\.(only|todo)\\('].join('|'),
    );
    const code = tracked.filter(
      (file) =>
        /^(packages|services|bench|scripts)\/.*\.(ts|mjs)$/.test(file) && !file.includes('/gen/') && file !== self,
    );
    expect(code.filter((file) => marks.test(read(file)))).toEqual([]);
    const machine = new RegExp(`(^|[^A-Za-z0-9_.])/${'work'}/`);
    const texts = tracked.filter(
      (file) => !/(\.lock|pnpm-lock\.yaml|\.png|\.zst|\.gz)$/.test(file) && statSync(join(root, file)).size < 2_000_000,
    );
    expect(texts.filter((file) => machine.test(read(file)))).toEqual([]);
  });

  test('links between documents lead somewhere', () => {
    const broken: string[] = [];
    for (const file of tracked.filter((name) => name.endsWith('.md')))
      for (const match of read(file).matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)[^)]*\)/g)) {
        if (!existsSync(resolve(root, dirname(file), match[1] as string))) broken.push(`${file}: ${match[1]}`);
      }
    expect(broken).toEqual([]);
  });

  test('files that ARCHITECTURE.md and CONTRIBUTING.md name exist', () => {
    const text = read('ARCHITECTURE.md') + read('CONTRIBUTING.md');
    const named = [...text.matchAll(/`((?:packages|services|bench|scripts|proto|docs|nginx)\/[\w./@-]+)`/g)].map(
      (match) => match[1] as string,
    );
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((name) => !existsSync(join(root, name)))).toEqual([]);
  });

  test('every metric is in the operations handbook', () => {
    const handbook = read('docs/operations.md');
    const names = sources
      .filter(({ file }) => file.endsWith('/metrics.ts'))
      .flatMap(({ text }) => [...text.matchAll(/'(tapecast_[a-z0-9_]+)'/g)].map((match) => match[1] as string));
    expect(names.length).toBeGreaterThan(20);
    expect([...new Set(names)].filter((name) => !handbook.includes(name))).toEqual([]);
  });

  test('every dependency is explained', () => {
    const explained = read('docs/dependencies.md');
    const manifests = ['package.json', 'bench/package.json'].concat(
      ['packages', 'services'].flatMap((folder) =>
        readdirSync(join(root, folder)).map((name) => `${folder}/${name}/package.json`),
      ),
    );
    const names = manifests.flatMap((file) => {
      const { dependencies = {}, devDependencies = {} } = JSON.parse(read(file)) as Record<
        string,
        Record<string, string> | undefined
      >;
      return Object.keys({ ...dependencies, ...devDependencies });
    });
    expect(
      [...new Set(names)].filter(
        (name) => !name.startsWith('@tapecast/') && !name.startsWith('@types/') && !explained.includes(name),
      ),
    ).toEqual([]);
  });
});
