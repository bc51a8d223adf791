// Builds the images from prepared folders, all targets from one installation of the packages.
//
//   node deploy/build-images.mjs [--version dev] [--stand-ins] [<target>…]
//
// Needs a built repository (`npm run build`) and BuildKit. With --stand-ins the base images are packed from this machine
// instead of pulled.
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import process from 'node:process';
import { composeEnvironment } from './compose-program.mjs';
import { makeStandIns } from './stand-ins.mjs';
import { prepareTrees, SERVICES } from './trees.mjs';

const root = resolve(import.meta.dirname, '..');
const TREES = resolve(root, '.tools/docker/trees');
export const TARGETS = [...SERVICES, 'edge'];

/** Target → image. `standIns` as `makeStandIns` gives them, or nothing: then the official bases are pulled. */
export function buildImages({ version = 'dev', targets = TARGETS, standIns = {}, env = composeEnvironment() } = {}) {
  prepareTrees(
    TREES,
    SERVICES.filter((name) => targets.includes(name)),
  );
  const revision = spawnSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' }).stdout.trim();
  const values = { TREES: 'prepared', VERSION: version, REVISION: revision || 'unknown' };
  for (const name of ['BASE', 'EDGE_BASE']) if (standIns[name] !== undefined) values[name] = standIns[name];
  const args = Object.entries(values).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]);
  const images = Object.fromEntries(
    targets.map((target) => {
      const image = `tapecast-${target}:${version}`;
      const command = [
        'buildx',
        'build',
        '--load',
        '--progress',
        'plain',
        '-f',
        resolve(import.meta.dirname, 'Dockerfile'),
      ];
      const done = spawnSync('docker', [...command, ...args, '--target', target, '-t', image, TREES], {
        env,
        encoding: 'utf8',
      });
      if (done.status !== 0)
        throw new Error(`the image ${image} could not be built: ${done.error?.message ?? done.stderr}`);
      return [target, image];
    }),
  );
  // Ours that lost their name to those above.
  const unnamed = ['image', 'prune', '--force', '--filter', 'label=org.opencontainers.image.vendor=Tapecast'];
  spawnSync('docker', unnamed, { env, stdio: 'ignore' });
  return images;
}

if (process.argv[1] === import.meta.filename) {
  const words = process.argv.slice(2);
  const at = words.indexOf('--version');
  const version = at < 0 ? 'dev' : words.splice(at, 2)[1];
  const standIns = words.includes('--stand-ins');
  const targets = words.filter((word) => word !== '--stand-ins');
  const unknown = targets.filter((target) => !TARGETS.includes(target));
  if (version === undefined || unknown.length > 0) {
    process.stderr.write(
      `usage: node deploy/build-images.mjs [--version dev] [--stand-ins] [${TARGETS.join('|')} …]\n`,
    );
    process.exit(2);
  }
  const env = composeEnvironment();
  const images = buildImages({
    version,
    env,
    ...(targets.length > 0 ? { targets } : {}),
    ...(standIns ? { standIns: await makeStandIns(env, ['BASE', 'EDGE_BASE']) } : {}),
  });
  for (const image of Object.values(images)) process.stdout.write(`${image}\n`);
}
