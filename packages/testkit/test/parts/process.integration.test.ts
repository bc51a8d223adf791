import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { freePort, freePorts } from '../../src/parts/port.ts';
import { type StartedProcess, startProcess } from '../../src/parts/process.ts';

/** For what comes when the machine gets to it. */
const DEADLINE_MS = 30_000;
const dir = mkdtempSync(join(tmpdir(), 'tapecast-process-'));
afterAll(() => rmSync(dir, { recursive: true }));

function startShell(script: string, name: string): StartedProcess {
  return startProcess({ name, command: 'sh', args: ['-c', script], log: join(dir, `${name}.log`) });
}

/** False for a zombie too: in a container without an init nobody collects a killed process's orphans. */
function alive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

async function gone(pid: number): Promise<boolean> {
  const deadline = Date.now() + DEADLINE_MS;
  while (alive(pid)) {
    if (Date.now() > deadline) return false;
    await delay(20);
  }
  return true;
}

test('the pid is the program, not the shell that started it', async () => {
  const child = startShell('echo pid=$$; exec sleep 60', 'pid');
  await child.ready({ line: /pid=\d+/, deadlineMs: DEADLINE_MS });
  expect(readFileSync(child.log, 'utf8')).toContain(`pid=${child.pid}`);
  await child.stop();
  expect(alive(child.pid)).toBe(false);
});

test('a program that ignores SIGTERM, and one that is suspended, are stopped after the grace', async () => {
  const deaf = startShell("trap '' TERM; echo up; while :; do sleep 0.1; done", 'deaf');
  const hung = startShell('echo up; exec sleep 60', 'hung');
  await Promise.all([deaf, hung].map((child) => child.ready({ line: /up/, deadlineMs: DEADLINE_MS })));
  hung.kill('SIGSTOP');
  await Promise.all([deaf.stop(200), hung.stop(200)]);
  expect((await deaf.exited).signal).toBe('SIGKILL');
  expect((await hung.exited).signal).toBe('SIGTERM');
});

test('a program that ends before it is ready is told with the end of its log', async () => {
  const child = startShell('echo cannot bind; exit 3', 'early');
  await expect(child.ready({ line: /ready/, deadlineMs: DEADLINE_MS })).rejects.toThrow(/code 3[\s\S]*cannot bind/);
});

test('grandchildren end when the program is killed', async () => {
  const child = startShell('sleep 60 & echo grandchild=$!; wait', 'family');
  await child.ready({ line: /grandchild=\d+\n/, deadlineMs: DEADLINE_MS });
  const grandchild = Number(/grandchild=(\d+)/.exec(readFileSync(child.log, 'utf8'))?.[1]);
  child.kill('SIGKILL');
  expect(await gone(grandchild)).toBe(true);
});

test('kill -9 of the starter ends its children', async () => {
  const module = new URL('../../src/parts/process.ts', import.meta.url).href;
  const starter = spawn(
    process.execPath,
    [
      '--experimental-strip-types',
      '--disable-warning=ExperimentalWarning',
      '--input-type=module',
      '-e',
      `import { startProcess } from ${JSON.stringify(module)};
       const child = startProcess({ name: 'orphan', command: 'sh', args: ['-c', "trap '' TERM; while :; do sleep 0.1; done"], log: ${JSON.stringify(join(dir, 'orphan.log'))} });
       console.log(child.pid);
       setInterval(() => {}, 1000);`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const pid = await new Promise<number>((resolve) => starter.stdout.once('data', (bytes) => resolve(Number(bytes))));
  expect(alive(pid)).toBe(true);
  starter.kill('SIGKILL');
  expect(await gone(pid)).toBe(true);
});

test('ready waits for the port', async () => {
  const port = await freePort();
  const child = startProcess({
    name: 'listener',
    command: process.execPath,
    args: ['-e', `require('net').createServer().listen(${port}, '127.0.0.1')`],
    log: join(dir, 'listener.log'),
  });
  await child.ready({ port, deadlineMs: DEADLINE_MS });
  await new Promise<void>((resolve) => {
    const socket = connect({ host: '127.0.0.1', port }, () => resolve(void socket.destroy()));
  });
  await child.stop();
});

test('free ports are different, free with their offsets, and below the range of outgoing connections', async () => {
  const ports = await freePorts(5, { offsets: [0, 10_000] });
  expect(new Set(ports).size).toBe(5);
  for (const port of ports) {
    expect(port + 10_000).toBeLessThan(32_768);
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(port + 10_000, '127.0.0.1', resolve);
    });
    server.close();
  }
});
