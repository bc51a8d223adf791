// Local stand-ins for the official images where no registry can be reached: this machine's programs with the libraries they
// need, at the places where the official images have them. For trying and for tests on Debian, as root; never to be pushed.
//
//   node deploy/stand-ins.mjs      makes all, prints NAME=image lines for a shell or an .env file
//
// Each is named after what is in it, so it is packed once. Needs a built repository (`npm run build`).
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import process from 'node:process';
import { installKafka } from '../packages/testkit/dist/parts/kafka-install.js';
import { unpackDebian } from './debian-packages.mjs';

const root = resolve(import.meta.dirname, '..');
const EDGE_RELEASE = 'forky';
const NODE = join(root, 'node_modules/node/bin/node');
const SHELL = ['/bin/sh', '/usr/bin/cut', '/usr/bin/getent', '/usr/bin/grep', '/usr/bin/sleep'];
const KAFKA = `#!/bin/bash\nexec /opt/java/bin/java $KAFKA_HEAP_OPTS -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp '/opt/kafka/libs/*' `;

/** By the variable of docker-compose.yml and the argument of the Dockerfile that take them. */
const STAND_INS = {
  BASE: {
    name: 'node',
    programs: [],
    copies: () => ({ [realpathSync(NODE)]: '/usr/local/bin/node' }),
  },
  EDGE_BASE: { name: 'nginx', programs: [], copies: edgeFiles, folders: { '/var/lib/nginx': 101 } },
  TAPECAST_REDIS_IMAGE: {
    name: 'redis',
    programs: ['/usr/bin/redis-server', '/usr/bin/redis-cli', ...SHELL],
    folders: { '/data': 999 },
  },
  TAPECAST_KAFKA_IMAGE: {
    name: 'kafka',
    // The zstd library in Kafka's jars links what Node links too; ldd can't see into a jar.
    programs: ['/bin/bash', ...SHELL, ...libraries(realpathSync(NODE))],
    copies: kafkaFiles,
    files: {
      '/opt/kafka/bin/kafka-server-start.sh': `${KAFKA} kafka.Kafka "$@"\n`,
      '/opt/kafka/bin/kafka-storage.sh': `${KAFKA} kafka.tools.StorageTool "$@"\n`,
    },
    folders: { '/var/lib/kafka/data': 1000, '/opt/kafka/logs': 1000 },
  },
};

function edgeFiles() {
  const folder = join(root, '.tools/docker', EDGE_RELEASE);
  // nginx with `resolve` in an upstream, which this machine's may not have, with the libraries it was built for.
  unpackDebian(folder, EDGE_RELEASE, ['nginx'], { dependencies: true });
  return Object.fromEntries(
    ['usr/sbin/nginx', 'usr/lib', 'usr/lib64', 'lib', 'lib64']
      .filter((name) => existsSync(join(folder, name)))
      .map((name) => [join(folder, name), `/${name}`]),
  );
}

async function kafkaFiles() {
  const java = realpathSync(output('sh', ['-c', 'command -v java']).trim());
  const home = dirname(dirname(java));
  // Debian's Java has its settings there.
  const settings = Object.fromEntries(
    readdirSync('/etc')
      .filter((name) => /^java-\d+/.test(name))
      .map((name) => [`/etc/${name}`, `/etc/${name}`]),
  );
  const { classpath } = await installKafka();
  return { [home]: '/opt/java', ...settings, [dirname(classpath)]: '/opt/kafka/libs' };
}

function output(command, args, options = {}) {
  const done = spawnSync(command, args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 26, ...options });
  if (done.status !== 0)
    throw new Error(
      `${command} ${args.join(' ')} failed: ${done.error?.message ?? `${done.stdout}${done.stderr}`.trim()}`,
    );
  return done.stdout;
}

/** A program's libraries as the loader finds them. */
function libraries(program) {
  return spawnSync('ldd', [program], { encoding: 'utf8' })
    .stdout.split('\n')
    .map((line) => /(\/\S+) \(0x/.exec(line)?.[1])
    .filter((path) => path !== undefined);
}

/** Programs of a copied tree that need libraries from outside it. */
function programsIn(folder) {
  if (!statSync(folder).isDirectory()) return [folder];
  return output('find', [folder, '-type', 'f', '(', '-perm', '-100', '-o', '-name', '*.so*', ')']).trim().split('\n');
}

/** The image's tag; packed now if this engine does not have it. */
async function pack({ name, programs, copies = () => ({}), files = {}, folders = {} }, env) {
  const copied = await copies();
  const own = new Set(programs.flatMap((program) => [program, ...libraries(program)]));
  // What came from another release brings its libraries itself.
  for (const [from] of Object.entries(copied))
    if (!from.includes(`/${EDGE_RELEASE}/`))
      for (const program of programsIn(from))
        for (const path of libraries(program)) if (!path.startsWith(from)) own.add(path);
  const hash = createHash('sha256')
    .update(readFileSync(import.meta.filename))
    .update(JSON.stringify({ copied }));
  for (const path of [...own, ...Object.keys(copied)].sort()) {
    const { size, mtimeMs } = statSync(path);
    hash.update(`${path} ${size} ${mtimeMs}\n`);
  }
  const tag = `tapecast-stand-in/${name}:${hash.digest('hex').slice(0, 12)}`;
  if (spawnSync('docker', ['image', 'inspect', tag], { env, stdio: 'ignore' }).status === 0) return tag;
  const staging = mkdtempSync(join(tmpdir(), 'tapecast-stand-in-'));
  try {
    for (const path of own) place(path, join(staging, path));
    for (const [from, to] of Object.entries(copied)) place(from, join(staging, to));
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(staging, path)), { recursive: true });
      writeFileSync(join(staging, path), text, { mode: 0o755 });
    }
    for (const [path, owner] of Object.entries(folders)) {
      mkdirSync(join(staging, path), { recursive: true });
      chownSync(join(staging, path), owner, owner);
    }
    mkdirSync(join(staging, 'tmp'), { recursive: true });
    chmodSync(join(staging, 'tmp'), 0o1777);
    chmodSync(staging, 0o755);
    const environment = 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
    output('sh', ['-c', 'tar -C "$1" -c . | docker import --change "$2" - "$3"', 'pack', staging, environment, tag], {
      env,
    });
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
  return tag;
}

/** A program is taken itself where its name is a link; links in a folder stay links. */
function place(from, to) {
  mkdirSync(dirname(to), { recursive: true });
  output('cp', ['-a', statSync(from).isDirectory() ? from : realpathSync(from), to]);
}

/** Makes those of `variables` that are missing. Variable → image. */
export async function makeStandIns(env = process.env, variables = Object.keys(STAND_INS)) {
  if (process.getuid?.() !== 0) throw new Error('stand-ins are packed as root: files in them belong to several users');
  const images = {};
  for (const variable of variables) images[variable] = await pack(STAND_INS[variable], env);
  return images;
}

if (process.argv[1] === import.meta.filename)
  for (const [variable, image] of Object.entries(await makeStandIns())) process.stdout.write(`${variable}=${image}\n`);
