// The programs that tests use: openssl, and for those on real parts Debian's redis-server, nginx, chromium, a Java and Maven, and Kafka's jars.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import process from 'node:process';

const root = resolve(import.meta.dirname, '..');
const PYTHON_PACKAGES = ['websockets==15.0.1'];

/** Program → Debian package that brings it. Unit tests make certificates; all else is for real parts. */
export const UNIT_PROGRAMS = [['openssl', 'openssl']];
const PROGRAMS = [
  ...UNIT_PROGRAMS,
  ['redis-server', 'redis-server'],
  ['redis-cli', 'redis-tools'],
  ['nginx', 'nginx-light'],
  ['chromium', 'chromium'],
  ['java', 'openjdk-17-jre-headless'],
  ['mvn', 'maven'],
  ['python3', 'python3'],
];

const found = (program) =>
  spawnSync('sh', ['-c', `PATH="$PATH:/usr/sbin" command -v ${program}`], { stdio: 'ignore' }).status === 0;
const pythonVenv = () => spawnSync('python3', ['-c', 'import venv, ensurepip'], { stdio: 'ignore' }).status === 0;

/** Installs what is missing (Debian packages only, and only as root). Returns a line for each thing that is still missing. */
export function installTestParts() {
  const missing = install(PROGRAMS, pythonVenv() ? [] : ['python3-venv']);
  return missing.length > 0 ? missing : installPython();
}

/** Installs the Debian packages of the programs that are not there, and `others`. Returns a line for each that is still missing. */
export function install(programs, others = []) {
  const packages = programs.filter(([program]) => !found(program)).map(([, name]) => name);
  packages.push(...others);
  if (packages.length === 0) return [];
  if (process.getuid?.() !== 0 || !found('apt-get'))
    return packages.map((name) => `${name}; install it as root: apt-get install -y --no-install-recommends ${name}`);
  process.stdout.write(`installing Debian packages: ${packages.join(' ')}\n`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args) => spawnSync('apt-get', args, { stdio: ['ignore', 'ignore', 'inherit'], env }).status === 0;
  apt('update', '-q');
  if (!apt('install', '-q', '-y', '--no-install-recommends', ...packages))
    return [`apt-get could not install ${packages.join(' ')}; its lines above say why`];
  return [];
}

/** A virtual environment of the project's own, for the client programs in Python. */
function installPython() {
  const home = join(root, '.tools/python');
  const stamp = join(home, '.installed');
  const wanted = PYTHON_PACKAGES.join(' ');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return [];
  process.stdout.write(`installing Python packages into .tools/python: ${wanted}\n`);
  const run = (command, args) => spawnSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'] }).status === 0;
  if (
    !run('python3', ['-m', 'venv', home]) ||
    !run(join(home, 'bin/pip'), ['install', '--quiet', '--disable-pip-version-check', ...PYTHON_PACKAGES])
  )
    return [`the Python packages ${wanted}; the lines above say why`];
  writeFileSync(stamp, wanted);
  return [];
}
