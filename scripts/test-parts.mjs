// The programs that tests on real parts use: Debian's redis-server, nginx, chromium, a Java and Maven, and Kafka's jars.
import { spawnSync } from 'node:child_process';
import process from 'node:process';

/** Program → Debian package that brings it. */
const PROGRAMS = [
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
export async function installTestParts() {
  const packages = PROGRAMS.filter(([program]) => !found(program)).map(([, name]) => name);
  if (!pythonVenv()) packages.push('python3-venv');
  if (packages.length > 0) {
    if (process.getuid?.() !== 0 || !found('apt-get'))
      return packages.map((name) => `${name}; install it as root: apt-get install -y --no-install-recommends ${name}`);
    process.stdout.write(`installing Debian packages: ${packages.join(' ')}\n`);
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const apt = (...args) => spawnSync('apt-get', args, { stdio: ['ignore', 'ignore', 'inherit'], env }).status === 0;
    // Tests start their own servers: Debian's must not take their ports or memory.
    apt('update', '-q');
    if (!apt('install', '-q', '-y', '--no-install-recommends', ...packages))
      return [`apt-get could not install ${packages.join(' ')}; its lines above say why`];
  }
  return [];
}
