import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { findEngine } from '../../../src/parts/container/engine.ts';
import { startOwnEngine } from '../../../src/parts/container/own-engine.ts';
import { findProgram } from '../../../src/parts/program.ts';
import { stateOf } from '../left-over.ts';

const skip = whyNot();

/** It touches no other engine: the network of the machine is all that it uses. */
describe.skipIf(skip !== undefined)(`an engine of one’s own${skip === undefined ? '' : ` (skipped: ${skip})`}`, () => {
  const dir = mkdtempSync(join(tmpdir(), 'tapecast-own-engine-'));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));
  const pidOf = (dataDir: string): number => Number(readFileSync(join(dataDir, 'dockerd.pid'), 'utf8'));
  const isGone = (pid: number): boolean => ['', 'Z'].includes(stateOf(pid));

  it('answers on a socket of its own, is alone in its folder, and leaves nothing behind', async () => {
    const dataDir = join(dir, 'one');
    const engine = await startOwnEngine({ dataDir, networks: false });
    const pid = pidOf(dataDir);
    const folder = dirname(engine.host.replace('unix://', ''));
    try {
      expect(await findEngine(engine.host)).toMatchObject({ name: expect.stringContaining(engine.host) });
      await expect(startOwnEngine({ dataDir, networks: false })).rejects.toThrow(
        new RegExp(`another run has its container engine \\(process ${pid}\\)`),
      );
      await expect(startOwnEngine({ dataDir: join(dir, 'other'), networks: true })).rejects.toThrow(
        /another container engine runs here \(process \d+\): name it with DOCKER_HOST/,
      );
    } finally {
      await engine.stop();
    }
    expect(isGone(pid)).toBe(true);
    expect(existsSync(folder)).toBe(false);
    expect(readFileSync('/proc/self/mounts', 'utf8')).not.toContain(dataDir);
  });

  it('ends when its starter is killed, with the containers that another process has on it', async () => {
    const dataDir = join(dir, 'two');
    const engine = run(
      `import { startOwnEngine } from ${source('container/own-engine.ts')};
       console.log((await startOwnEngine({ dataDir: ${JSON.stringify(dataDir)}, networks: false })).host);
       setInterval(() => {}, 1_000);`,
    );
    const host = await engine.line;
    const parts = run(
      `import { chooseParts } from ${source('choose.ts')};
       import { startKafka } from ${source('kafka.ts')};
       const { runner } = await chooseParts('containers');
       const kafka = await startKafka({ dir: ${JSON.stringify(join(dir, 'kafka'))}, brokers: 1, parts: runner });
       console.log(kafka.processes[0].pid);`,
      host,
    );
    const pids = [pidOf(dataDir), Number(await parts.line)];
    expect(pids.map(isGone)).toEqual([false, false]);
    engine.kill();
    await expect.poll(() => pids.map(isGone)).toEqual([true, true]);
    parts.kill();
    expect(readFileSync('/proc/self/mounts', 'utf8')).not.toContain(`${dataDir}/overlay2`);
    // The next one finds what the killed one left.
    await (await startOwnEngine({ dataDir, networks: false })).stop();
  });
});

const source = (file: string): string => JSON.stringify(new URL(`../../../src/parts/${file}`, import.meta.url).href);

/** Runs a script on an engine, and takes what it prints first. */
function run(script: string, host?: string): { line: Promise<string>; kill(): void } {
  const words = ['--conditions=source', '--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script];
  const env = { ...process.env, ...(host === undefined ? {} : { DOCKER_HOST: host }) };
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'], env });
  const line = new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (bytes: Buffer) => resolve(bytes.toString().trim()));
    child.once('exit', (code) => reject(new Error(`the script ended with ${code} before it printed anything`)));
  });
  return { line, kill: () => child.kill('SIGKILL') };
}

function whyNot(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'an engine is started by root, on Linux';
  try {
    findProgram({ name: 'dockerd', neededFor: 'an engine', install: 'docker.io' });
    return undefined;
  } catch {
    return 'dockerd is not installed';
  }
}
