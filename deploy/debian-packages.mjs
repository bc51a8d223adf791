// Debian packages of another release than this machine's, unpacked into a folder and not installed: from the mirror and by
// the keys that apt is set up with here.
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';

const KEYS = '/usr/share/keyrings/debian-archive-keyring.gpg';

function run(command, args, cwd) {
  const done = spawnSync(command, args, { cwd, encoding: 'utf8', env: { ...process.env, LC_ALL: 'C.UTF-8' } });
  if (done.status !== 0)
    throw new Error(
      `${command} ${args.at(-1)} failed: ${done.error?.message ?? `${done.stdout}${done.stderr}`.trim()}`,
    );
  return done.stdout;
}

/**
 * Unpacks `packages` of `release` into `folder`, once: a folder that is there is taken as it is. With `dependencies`, all
 * that they need down to the C library: a root that its programs run in.
 */
export function unpackDebian(folder, release, packages, { dependencies = false } = {}) {
  if (existsSync(folder)) return;
  mkdirSync(dirname(folder), { recursive: true });
  // Filled beside its place and renamed into it: one that was cut off is never taken for a whole one.
  const temporary = mkdtempSync(join(dirname(folder), 'unpacking-'));
  try {
    const mirror = run('apt-get', ['indextargets', '--format', '$(REPO_URI) $(RELEASE)', 'Created-By: Packages'])
      .split('\n')
      .find((line) => line !== '' && !line.includes('security'));
    if (mirror === undefined) throw new Error('apt has no index yet: apt-get update');
    const apt = join(temporary, 'apt');
    for (const name of ['lists/partial', 'cache/archives/partial', 'packages'])
      mkdirSync(join(apt, name), { recursive: true });
    const address = mirror.split(' ')[0];
    writeFileSync(join(apt, 'sources.list'), `deb [signed-by=${KEYS}] ${address} ${release} main\n`);
    const options = Object.entries({
      'Dir::Etc::sourcelist': join(apt, 'sources.list'),
      'Dir::Etc::sourceparts': '-',
      'Dir::State::lists': join(apt, 'lists'),
      'Dir::Cache': join(apt, 'cache'),
      // What is installed here has nothing to do with it.
      'Dir::State::status': '/dev/null',
      'Acquire::Languages': 'none',
    }).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
    run('apt-get', ['-q', ...options, 'update']);
    const needed = dependencies ? closure(options, packages) : packages;
    run('apt-get', ['-q', ...options, 'download', ...needed], join(apt, 'packages'));
    const root = join(temporary, 'root');
    mkdirSync(root);
    for (const file of readdirSync(join(apt, 'packages'))) run('dpkg-deb', ['-x', join(apt, 'packages', file), root]);
    // Debian's base files make these; without them no program finds its loader.
    for (const name of ['bin', 'lib', 'lib64', 'sbin'])
      if (existsSync(join(root, 'usr', name)) && !existsSync(join(root, name)))
        symlinkSync(`usr/${name}`, join(root, name));
    renameSync(root, folder);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** As apt would install them where nothing is installed: `'<address>' <name>_<version>_<architecture>.deb …`, a line each. */
function closure(options, packages) {
  const lines = run('apt-get', ['-qq', '--print-uris', '--no-install-recommends', ...options, 'install', ...packages]);
  return [...lines.matchAll(/^'\S+' ([a-z0-9.+-]+)_/gm)].map((match) => match[1]);
}
