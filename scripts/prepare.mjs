// Runs on the Node that npm found (20 or later), with nothing installed: the pinned pnpm, the packages, the build.
// Each step says what it does and is left out when nothing changed since it was done.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import process from 'node:process';

const root = resolve(import.meta.dirname ?? '.', '..');
const tools = join(root, '.tools');
const installedStamp = join(root, 'node_modules', '.tapecast-installed');
const pnpmVersion = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).devEngines.packageManager.version;
const env = {
  ...process.env,
  PATH: [
    join(tools, 'node_modules/.bin'),
    join(root, 'node_modules/.bin'),
    join(root, 'node_modules/node/bin'),
    process.env.PATH,
  ].join(delimiter),
  TURBO_TELEMETRY_DISABLED: '1',
  npm_config_update_notifier: 'false',
};

const say = (text) => process.stderr.write(`tapecast: ${text}\n`);

function run(what, command, args, cwd = root) {
  const done = spawnSync(command, args, {
    cwd,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 1 << 26,
  });
  if (done.status === 0) return;
  process.stderr.write(`${done.stdout ?? ''}${done.stderr ?? ''}`);
  say(
    `${what} failed (${done.error?.message ?? `exit code ${done.status}`}). The lines above say why; run the same command again when it is mended.`,
  );
  process.exit(1);
}

function manifestsHash() {
  const hash = createHash('sha256');
  const files = ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml', 'bench/package.json'];
  for (const folder of ['packages', 'services'])
    for (const name of readdirSync(join(root, folder)).sort()) files.push(`${folder}/${name}/package.json`);
  for (const file of files) if (existsSync(join(root, file))) hash.update(file).update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

const pnpmManifest = join(tools, 'node_modules/pnpm/package.json');
if (!existsSync(pnpmManifest) || JSON.parse(readFileSync(pnpmManifest, 'utf8')).version !== pnpmVersion) {
  say(`installing pnpm ${pnpmVersion} into .tools/`);
  mkdirSync(tools, { recursive: true });
  writeFileSync(join(tools, 'package.json'), '{ "private": true }\n');
  run('installing pnpm', 'npm', ['install', '--no-audit', '--no-fund', '--silent', `pnpm@${pnpmVersion}`], tools);
}

const wanted = manifestsHash();
const have = existsSync(installedStamp) ? readFileSync(installedStamp, 'utf8') : '';
if (have !== wanted) {
  say('installing packages into node_modules/');
  run('installing packages', 'pnpm', ['install', '--prefer-offline', '--frozen-lockfile']);
  writeFileSync(installedStamp, wanted);
}

if (have !== wanted || !existsSync(join(root, 'services/standalone/dist'))) say('building');
run('the build', 'turbo', ['run', 'build', '--output-logs=errors-only', '--no-update-notifier']);
