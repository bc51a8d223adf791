// What goes into the images, as folders: each service with its production dependencies, the page, the edge's
// configuration. `node deploy/trees.mjs --out <folder> [<service>…]`; needs a built repository (`npm run build`).
// The folder is then the context of `docker build --build-arg TREES=prepared` (docs/deploying.md), or a part of the build itself.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import process from 'node:process';
import { renderEdge } from './render-edge.mjs';

const root = resolve(import.meta.dirname, '..');

export const SERVICES = ['ingest', 'compute', 'gateway', 'auth', 'redis-watchdog', 'standalone'];

/** What packages are published with and a running service never opens. Licences stay. */
const UNUSED_FOLDERS = ['.bin', '.github', '.turbo', 'benchmarks', 'docs', 'example', 'examples', 'test', 'tests'];
const UNUSED_FILES = /^\.|\.[cm]?ts$|\.d\.ts\.map$|\.md$|^tsconfig.*\.json$|^pnpm-.*\.yaml$/;

const PATH = [join(root, '.tools/node_modules/.bin'), join(root, 'node_modules/node/bin'), process.env.PATH].join(
  delimiter,
);

/** `pnpm deploy`: the lockfile's versions, production dependencies only, plain folders without links. */
function deployService(name, folder) {
  const done = spawnSync(
    'pnpm',
    [`--filter=@tapecast/${name}`, 'deploy', '--prod', '--prefer-offline', '--config.node-linker=hoisted', folder],
    { cwd: root, encoding: 'utf8', env: { ...process.env, PATH } },
  );
  if (done.status !== 0) {
    throw new Error(`pnpm deploy of ${name} failed: ${done.error?.message ?? `${done.stdout}${done.stderr}`}`);
  }
  if (!existsSync(join(folder, 'dist/main.js'))) throw new Error(`${name} is not built: npm run build`);
  prunePackage(folder, true);
}

/**
 * Deletes, never writes: the files are hard links into pnpm's store. `src` of others stays, some run from it; of ours the
 * maps stay, so that a stack trace names lines of TypeScript.
 */
function prunePackage(folder, ours) {
  for (const name of ours ? [...UNUSED_FOLDERS, 'src'] : UNUSED_FOLDERS)
    rmSync(join(folder, name), { recursive: true, force: true });
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile() || entry.parentPath.includes('/node_modules', folder.length)) continue;
    if (UNUSED_FILES.test(entry.name) || (!ours && entry.name.endsWith('.map')))
      rmSync(join(entry.parentPath, entry.name));
  }
  const modules = join(folder, 'node_modules');
  if (!existsSync(modules)) return;
  for (const name of readdirSync(modules)) {
    if (name.startsWith('.')) rmSync(join(modules, name), { recursive: true });
    else if (!name.startsWith('@')) prunePackage(join(modules, name), false);
    else
      for (const inner of readdirSync(join(modules, name)))
        prunePackage(join(modules, name, inner), name === '@tapecast');
  }
}

export function prepareTrees(out, services = SERVICES) {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  for (const name of services) deployService(name, join(out, name));
  cpSync(join(root, 'packages/web/dist'), join(out, 'page'), { recursive: true });
  cpSync(join(root, 'deploy/health.mjs'), join(out, 'health.mjs'));
  // What becomes a folder that a service may write.
  mkdirSync(join(out, 'empty'));
  renderEdge(join(out, 'edge'));
}

if (process.argv[1] === import.meta.filename) {
  const words = process.argv.slice(2);
  const at = words.indexOf('--out');
  if (at < 0 || words[at + 1] === undefined) {
    process.stderr.write(`usage: node deploy/trees.mjs --out <folder> [${SERVICES.join('|')} …]\n`);
    process.exit(2);
  }
  const [, out] = words.splice(at, 2);
  const unknown = words.filter((name) => !SERVICES.includes(name));
  if (unknown.length > 0) {
    process.stderr.write(`there is no service ${unknown.join(', ')}; there are ${SERVICES.join(', ')}\n`);
    process.exit(2);
  }
  prepareTrees(resolve(out), words.length > 0 ? words : SERVICES);
}
