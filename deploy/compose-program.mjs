// Compose and BuildKit's client as plugins of `docker`. Where it has them, nothing is done; else Debian's own, of the
// release after this machine's (12's compose is too old for today's files), go into the ignored .tools/.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { unpackDebian } from './debian-packages.mjs';

const RELEASE = 'trixie';
const PLUGINS = ['docker-compose', 'docker-buildx'];
const tools = resolve(import.meta.dirname, '../.tools/docker');

const answers = (env, ...args) => spawnSync('docker', args, { env, stdio: 'ignore' }).status === 0;
const hasPlugins = (env) => answers(env, 'compose', 'version') && answers(env, 'buildx', 'version');

/** The environment in which `docker compose` and `docker buildx` are there. Throws with what is missing. */
export function composeEnvironment(env = process.env) {
  if (hasPlugins(env)) return env;
  const config = join(tools, 'config');
  const own = { ...env, DOCKER_CONFIG: config };
  if (!hasPlugins(own)) {
    const root = join(tools, RELEASE);
    unpackDebian(root, RELEASE, PLUGINS);
    mkdirSync(join(config, 'cli-plugins'), { recursive: true });
    for (const name of PLUGINS) {
      const link = join(config, 'cli-plugins', name);
      if (!existsSync(link)) symlinkSync(join(root, 'usr/libexec/docker/cli-plugins', name), link);
    }
    if (!hasPlugins(own)) throw new Error('there is no docker compose and docker buildx, and Debian’s do not run here');
  }
  return own;
}

if (process.argv[1] === import.meta.filename) {
  // For a shell: eval "$(node deploy/compose-program.mjs)"
  const config = composeEnvironment().DOCKER_CONFIG;
  if (config !== undefined) process.stdout.write(`export DOCKER_CONFIG='${config}'\n`);
}
