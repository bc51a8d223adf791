import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  constants,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { PartName } from '../runner.ts';
import { type EngineApi, refusal } from './engine-api.ts';
import type { Recipe } from './recipes.ts';

/** Changes when images are packed in another way, so that no older one is taken for it. */
const LAYOUT = '2';
/** 250 MB of Kafka take 3 to 8 s. */
const IMPORT_MS = 120_000;
const USERS = 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/bin/sh\n';
const GROUPS = 'root:x:0:\nnogroup:x:65534:\n';

/**
 * The name of the image that a recipe makes: a hash over its files' paths, sizes and times of change, which stand for
 * their content. Equal names mean equal images, so one is packed once and used until a file of it changes.
 */
export function packedName(part: PartName, { files, path }: Recipe): string {
  const hash = createHash('sha256').update(`${LAYOUT}\n${path}\n`);
  for (const { from, to } of files) {
    const { size, mtimeMs } = statSync(from);
    hash.update(`${to}\n${size}\n${mtimeMs}\n`);
  }
  return `${repositoryOf(part)}:${hash.digest('hex').slice(0, 16)}`;
}

/** Makes the image under its name, and removes those of other content that were made before it and that nothing uses. */
export async function pack(api: EngineApi, part: PartName, recipe: Recipe, name: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'tapecast-image-'));
  try {
    layOut(folder, recipe);
    // Numbers as ids: an owner's name would be looked up in the image.
    const tar = spawn('tar', ['-C', folder, '--numeric-owner', '--owner=0', '--group=0', '-c', '.'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [repository, tag] = name.split(':') as [string, string];
    const changes = encodeURIComponent(`ENV PATH=${recipe.path}`);
    const path = `/images/create?fromSrc=-&repo=${repository}&tag=${tag}&changes=${changes}`;
    const reply = await api.ask('POST', path, { tar: tar.stdout, timeoutMs: IMPORT_MS });
    if (reply.status >= 400 || /"error"/.test(reply.text))
      throw new Error(`the container engine did not take the image ${name}: ${refusal(reply.text)}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  await removeOthers(api, part, name);
}

function layOut(folder: string, { files }: Recipe): void {
  for (const { from, to } of files) {
    const target = join(folder, to);
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(from, target, constants.COPYFILE_FICLONE);
    const { mode, atime, mtime } = statSync(from);
    chmodSync(target, (mode & 0o777) | 0o444);
    // Java's archive of loaded classes names its jars with their times.
    utimesSync(target, atime, mtime);
  }
  mkdirSync(join(folder, 'etc'), { recursive: true });
  writeFileSync(join(folder, 'etc/passwd'), USERS);
  writeFileSync(join(folder, 'etc/group'), GROUPS);
  // Java unpacks its native libraries there; nginx looks for the other before it reads where its own folders are.
  for (const empty of ['tmp', 'var/lib/nginx', 'var/log/nginx']) {
    mkdirSync(join(folder, empty), { recursive: true });
    chmodSync(join(folder, empty), 0o1777);
  }
  chmodSync(folder, 0o755);
}

async function removeOthers(api: EngineApi, part: PartName, name: string): Promise<void> {
  const filters = encodeURIComponent(JSON.stringify({ reference: [repositoryOf(part)] }));
  const images = await api.json<{ RepoTags: string[] | null }[]>('GET', `/images/json?filters=${filters}`);
  const others = images.flatMap(({ RepoTags }) => RepoTags ?? []).filter((tag) => tag !== name);
  // One that is in use stays (409), and goes the next time.
  await Promise.all(others.map((tag) => api.ask('DELETE', `/images/${tag}`)));
}

const repositoryOf = (part: PartName): string => `tapecast-parts/${part}`;
