// `npm test [-- check|unit|property|integration|browser …]`: installs what the named tests need, runs them, and ends with one line
// `N passed, N failed`. Without a name: all of them.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { startTestEngine } from './test-engine.mjs';
import { install, installTestParts, UNIT_PROGRAMS } from './test-parts.mjs';

const root = resolve(import.meta.dirname, '..');
/** `property` has the property tests of `unit` again, with all their runs. */
const KINDS = ['check', 'unit', 'property', 'integration', 'browser'];
/** Kinds that need no real parts. Three workers: the third works while others wait for sockets and timers. */
const ALONE = ['unit', 'property'];
/**
 * Integration tests that wait more than they work, and judge by what came and not by when: two of their files at a time. All
 * others have the machine for themselves.
 */
const SIDE_BY_SIDE = [
  'packages/cli/',
  'packages/market/',
  'packages/market-state/test/redis/redis-fleet',
  'packages/market-state/test/redis/redis-key-ring',
  'packages/market-state/test/redis/redis-leases',
  'packages/market-state/test/redis/redis-session',
  'packages/replay-store/',
  'packages/signal-bus/test/redis/recovery',
  'packages/testkit/test/cluster/tls',
  'packages/testkit/test/oracles/',
  'packages/testkit/test/parts/kafka',
  'packages/testkit/test/parts/nginx',
  'packages/testkit/test/parts/process',
  'packages/testkit/test/parts/redis',
  'packages/tick-log/test/kafka/conformance',
  'packages/venue-server/',
  'services/auth/',
  'services/gateway/test/admission/',
  'services/gateway/test/edge/',
  'services/gateway/test/slow/typescript-client',
  'services/ingest/test/lead/takeover',
  'services/ingest/test/venues/',
  'services/standalone/test/client-tokens',
  'services/standalone/test/itick-feed',
  'services/standalone/test/late-trades',
  'services/standalone/test/restart',
];
const words = process.argv.slice(2);
const unknown = words.filter((word) => !KINDS.includes(word));
if (words.includes('--help') || unknown.length > 0) {
  process.stdout.write(`usage: npm test [-- ${KINDS.join('|')} …]\n`);
  process.exit(words.includes('--help') ? 0 : 2);
}
const kinds = words.length > 0 ? KINDS.filter((kind) => words.includes(kind)) : KINDS;

const total = { passed: 0, failed: 0, skipped: 0 };

/** The repository's own rules as commands; each counts as a test. */
const CHECKS = [
  ['types', 'tsc', ['--noEmit', '-p', 'tsconfig.json']],
  ['format and lint', 'biome', ['ci', '--error-on-warnings', '.']],
  ['promises', 'oxlint', ['--type-aware', '--quiet', 'packages', 'services', 'bench']],
  ['generated code is current', process.execPath, ['scripts/generate.mjs', '--check']],
];

if (kinds.includes('check'))
  for (const [name, command, args] of CHECKS) {
    const done = spawnSync(command, args, { cwd: root, encoding: 'utf8' });
    if (done.status === 0) total.passed += 1;
    else {
      total.failed += 1;
      process.stdout.write(`${done.stdout}${done.stderr}\n`);
    }
    process.stdout.write(`${done.status === 0 ? 'ok' : 'FAILED'}  check: ${name}\n`);
  }

const projects = kinds.filter((kind) => kind !== 'check');
let engine;
if (projects.some((kind) => !ALONE.includes(kind))) {
  for (const line of installTestParts()) process.stdout.write(`missing: ${line}\n`);
  engine = await startTestEngine();
  if (engine.missing !== undefined) process.stdout.write(`no containers: ${engine.missing}\n`);
} else if (projects.length > 0) {
  for (const line of install(UNIT_PROGRAMS)) process.stdout.write(`missing: ${line}\n`);
}
// One kind after the other: real parts that share two cores with other tests measure those.
for (const project of projects) {
  // Left to itself the runner takes one worker on two cores.
  if (ALONE.includes(project)) runTests(project, ['--maxWorkers=3']);
  else if (project !== 'integration') runTests(project, ['--no-file-parallelism']);
  else {
    const files = integrationTests();
    const beside = files.filter((file) => SIDE_BY_SIDE.some((name) => file.includes(name)));
    runTests(project, ['--maxWorkers=2', ...beside]);
    runTests(project, ['--no-file-parallelism', ...files.filter((file) => !beside.includes(file))]);
  }
}
await engine?.stop();

/** Paths of all of them, from the project's folder. */
function integrationTests() {
  return ['packages', 'services']
    .flatMap((top) => readdirSync(join(root, top)).map((name) => join(top, name, 'test')))
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) => readdirSync(join(root, folder), { recursive: true }).map((name) => join(folder, name)))
    .filter((file) => file.endsWith('.integration.test.ts'));
}

/** Runs one of vitest's projects, or the named files of it, and adds up what it counted. */
function runTests(project, how) {
  const folder = mkdtempSync(join(tmpdir(), 'tapecast-test-'));
  const report = join(folder, 'report.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const args = ['run', '--project', project, ...reporters, ...how];
  const done = spawnSync('vitest', args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, FORCE_COLOR: '0', NO_COLOR: '1' },
  });
  try {
    const result = JSON.parse(readFileSync(report, 'utf8'));
    total.passed += result.numPassedTests;
    total.failed += result.numFailedTests;
    total.skipped += result.numPendingTests + result.numTodoTests;
    for (const file of result.testResults) {
      // A file that could not be loaded has no failed test of its own.
      if (file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed'))
        total.failed += 1;
      for (const test of file.assertionResults)
        if (test.status === 'pending' || test.status === 'skipped') process.stdout.write(`skipped: ${test.fullName}\n`);
    }
    if (done.status !== 0 && total.failed === 0) total.failed = 1;
  } catch (error) {
    process.stdout.write(`the test runner left no report: ${error.message}\n`);
    total.failed += 1;
  }
  rmSync(folder, { recursive: true, force: true });
}

const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
process.stdout.write(`${total.passed} passed, ${total.failed} failed${skipped}\n`);
process.exit(total.failed === 0 && total.passed > 0 ? 0 : 1);
