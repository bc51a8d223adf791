import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { StartError } from '@tapecast/service-kit';
import { installKafka, KAFKA_VERSION } from '../kafka-install.ts';
import { findProgram, type Program } from '../program.ts';
import { type PartName, PROGRAMS } from '../runner.ts';

/** Where the official image of Kafka has its jars, and ours too. */
export const KAFKA_CLASSPATH = '/opt/kafka/libs/*';

/** A file of this machine and where it lies in the image. */
export interface PackedFile {
  from: string;
  to: string;
}

export interface Recipe {
  files: PackedFile[];
  /** The image's PATH. */
  path: string;
}

export interface ImageSource {
  official: string;
  /** Rejects with what is not installed. */
  recipe: () => Promise<Recipe>;
}

/**
 * The official image of each part, and how one is made of what is installed here. Tags, not digests: what is on the
 * registry under a tag of a patch version does change, but only by security updates of its base.
 */
export const IMAGES: Readonly<Record<PartName, ImageSource>> = {
  kafka: { official: `apache/kafka:${KAFKA_VERSION}`, recipe: kafkaRecipe },
  redis: { official: 'redis:7.2.11-bookworm', recipe: async () => programRecipe([findProgram(PROGRAMS.redis)]) },
  nginx: { official: 'nginx:1.28.0-bookworm', recipe: async () => programRecipe([findProgram(PROGRAMS.nginx)]) },
};

/** Parts of libc that are named at run time only: zstd's native code is unpacked from its jar, and names the first. */
const NAMED_LATER = ['libpthread.so.0', 'libdl.so.2', 'librt.so.1', 'libm.so.6'];

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const SHELL: Program = { name: 'sh', neededFor: 'a container starts its program by it', install: 'any shell' };

function programRecipe(programs: readonly string[]): Recipe {
  const shell = { from: findProgram(SHELL), to: '/bin/sh' };
  const files = [...programs.map((program) => ({ from: program, to: program })), shell];
  return { files: [...files, ...librariesOf(files.map(({ from }) => from))], path: PATH };
}

/** The Java that is installed, without what a broker never reads, and Kafka's jars. */
async function kafkaRecipe(): Promise<Recipe> {
  const { java, classpath } = await installKafka();
  const program = realpathSync(findProgram({ name: java, neededFor: 'Kafka needs Java', install: 'a JRE' }));
  const home = dirname(dirname(program));
  const runtime = [program, ...['lib', 'conf', 'release'].flatMap((name) => filesBelow(join(home, name)))];
  const libs = dirname(classpath);
  const jars = readdirSync(libs).map((name) => ({ from: join(libs, name), to: join(dirname(KAFKA_CLASSPATH), name) }));
  const base = programRecipe(runtime.filter((file) => file === program || file.endsWith('.so')));
  const others = runtime.map((file) => ({ from: file, to: file }));
  return { files: [...base.files, ...others, ...jars], path: `${dirname(program)}:${PATH}` };
}

/** Files below a folder or the file itself, links followed. Debian has links to files of packages that are not installed. */
function filesBelow(path: string): string[] {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path).flatMap((name) => filesBelow(join(path, name)));
}

/** The shared libraries and the loader that programs and libraries name, by the paths under which they will look for them. */
function librariesOf(binaries: readonly string[]): PackedFile[] {
  const { stdout, error } = spawnSync('ldd', binaries, { encoding: 'utf8' });
  if (error !== undefined)
    throw new StartError(
      'missing_part',
      'ldd does not run here: no image can be packed of the programs of this machine',
    );
  const found = new Set([...stdout.matchAll(/(?:=> |^\s+)(\/\S+) \(0x/gm)].map((match) => match[1]!));
  const libc = [...found].find((path) => basename(path).startsWith('libc.so.'));
  const later = libc === undefined ? [] : NAMED_LATER.map((name) => join(dirname(libc), name));
  for (const path of later) if (existsSync(path)) found.add(path);
  return [...found].map((path) => ({ from: path, to: path }));
}
