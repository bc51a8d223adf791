import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BTCUSDT_PAIR, NO_RECORDED_DATA, type RunningCluster, startCluster } from '../../src/index.ts';
import { freePort } from '../../src/parts/port.ts';

const LAUNCHER = resolve(import.meta.dirname, '../../dist/cluster/main.js');

describe('a running cluster', () => {
  let cluster: RunningCluster;

  beforeAll(async () => {
    const begunAt = performance.now();
    cluster = await startCluster({ gateways: 2 });
    console.log(`from nothing to ready: ${Math.round(performance.now() - begunAt)} ms`);
  });
  afterAll(() => cluster?.stop());

  it('names its processes in cluster.json, all alive', () => {
    const counts: Record<string, number> = {};
    for (const { role, pid } of cluster.processes()) {
      counts[role] = (counts[role] ?? 0) + 1;
      expect(isAlive(pid)).toBe(true);
    }
    expect(counts).toEqual({
      launcher: 1,
      kafka: 1,
      redis: 6,
      'redis-watchdog': 1,
      nginx: 1,
      ingest: 1,
      compute: 2,
      gateway: 2,
    });
    expect(cluster.process('launcher').pid).toBe(cluster.pid);
    expect(`http://${cluster.process('nginx').address}`).toBe(cluster.url);
    for (const { log } of cluster.processes()) expect(log === null || existsSync(log)).toBe(true);
  });

  it('serves clients through nginx: WebSocket, REST and page', async () => {
    expect(await firstMessage(cluster.stream)).toMatchObject({ type: 'hello', protocol: 'tapecast.v1.json' });
    // Whichever gateway answers.
    for (let i = 0; i < 4; i += 1) {
      const found = await fetch(`${cluster.url}/v1/instruments?q=BTCUSDT`);
      expect(await found.text()).toContain('BTCUSDT$BA');
    }
    const trades = messages(cluster.stream, { action: 'subscribe', channels: ['trade'], symbols: ['TEST$XX'] });
    expect((await trades.next()).value).toMatchObject({ type: 'trade', symbol: 'TEST$XX', seq: 1 });
    await trades.return(undefined);
    expect((await fetch(`${cluster.url}/`)).headers.get('content-type')).toBe('text/html');
  });

  it('tells of all at the admin port', async () => {
    await untilReady(cluster);
    const metrics = await (await fetch(`${cluster.admin}/metrics`)).text();
    for (const name of ['ingest-0', 'compute-0', 'compute-1', 'gateway-0', 'gateway-1']) {
      expect(metrics).toContain(`tapecast_cluster_process_up{process="${name}"} 1`);
      expect(metrics).toMatch(new RegExp(`^tapecast_process_cpu_seconds_total\\{process="${name}"\\} `, 'm'));
    }
    expect(metrics.match(/^# TYPE tapecast_process_cpu_seconds_total/gm)).toHaveLength(1);
    const targets = {
      ...{
        'ingest-0': ['md.ticks', 'leases', 'catalogue', 'venue', 'venue_rest'],
        'compute-0': ['md.updates', 'state'],
      },
      ...{ 'gateway-0': ['redis', 'sessions', 'signals', 'fleet', 'issuer'] },
    };
    for (const [process, circuits] of Object.entries(targets))
      for (const target of circuits)
        expect(metrics).toMatch(
          new RegExp(`^tapecast_circuit_state\\{(?=.*target="${target}")(?=.*process="${process}").* 0$`, 'm'),
        );
    const replay = await fetch(`${cluster.admin}/replay/start`, { method: 'POST' });
    expect([replay.status, await replay.text()]).toEqual([404, expect.stringContaining('--feed replay')]);
  });

  it('refuses a second launcher in its folder', async () => {
    const second = await launch('--port', '0', '--admin-port', '0', '--data-dir', cluster.dataDir);
    expect(await second.exit).toBe(1);
    expect(second.output()).toMatch(/is in use by another cluster .*--data-dir/);
  });

  it.each(['gateway', 'compute', 'ingest', 'nginx', 'kafka', 'redis'])('starts a killed %s again', async (role) => {
    await untilReady(cluster);
    const before = cluster.process(role);
    cluster.kill(role);
    const after = await until(() => {
      const now = cluster.process(role);
      return now.pid === before.pid ? undefined : now;
    });
    expect(after).toEqual({ ...before, pid: after.pid });
    await untilReady(cluster);
    expect(await firstMessage(cluster.stream)).toMatchObject({ type: 'hello' });
    const metrics = await (await fetch(`${cluster.admin}/metrics`)).text();
    expect(metrics).toContain(`tapecast_cluster_process_restarts_total{process="${role}-0"} 1`);
  });

  it('is not ready while a process hangs, and says which', async () => {
    await untilReady(cluster);
    cluster.kill('gateway', 1, 'SIGSTOP');
    const answer = await until(async () => {
      const response = await fetch(`${cluster.admin}/readyz`);
      return response.status === 503 ? await response.text() : undefined;
    });
    expect(answer).toMatch(/^not ready: gateway-1 does not answer/);
    cluster.kill('gateway', 1, 'SIGCONT');
    await untilReady(cluster);
  });

  it('stops in order within 15 s and leaves no process behind', async () => {
    const pids = cluster.processes().map(({ pid }) => pid);
    const begunAt = performance.now();
    expect(await cluster.stop()).toEqual({ code: 0, signal: null });
    console.log(`stopped in ${Math.round(performance.now() - begunAt)} ms`);
    expect(performance.now() - begunAt).toBeLessThan(15_000);
    expect(pids.filter(isAlive)).toEqual([]);
  });
});

describe('the life of the launcher', () => {
  let dataDir: string;
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'tapecast-launcher-'));
  });
  afterAll(() => rm(dataDir, { recursive: true, force: true }));
  const small = (): string[] => [
    '--gateways',
    '1',
    '--compute',
    '1',
    '--port',
    '0',
    '--admin-port',
    '0',
    '--data-dir',
    dataDir,
    '--parts',
    'local',
  ];

  it('takes its children with it when it is killed', async () => {
    const launcher = await launch(...small());
    await launcher.ready();
    const pids = (await clusterPids(dataDir)).filter((pid) => pid !== launcher.pid);
    expect(pids).toHaveLength(12);
    process.kill(launcher.pid, 'SIGKILL');
    await until(() => (pids.some(isAlive) ? undefined : true));
  });

  it('goes on with the data of a run that was killed, prints one ready line, and takes two signals as one', async () => {
    const launcher = await launch(...small());
    await launcher.ready();
    const pids = await clusterPids(dataDir);
    process.kill(launcher.pid, 'SIGINT');
    process.kill(launcher.pid, 'SIGTERM');
    expect(await launcher.exit).toBe(0);
    expect(pids.filter(isAlive)).toEqual([]);
    expect(existsSync(join(dataDir, 'cluster.json'))).toBe(false);
    expect(launcher.stdout().split('\n')).toEqual([
      expect.stringMatching(
        /^ready http:\/\/127\.0\.0\.1:\d+\/ ws:\/\/127\.0\.0\.1:\d+\/v1\/stream admin=http:\/\/127\.0\.0\.1:\d+ cluster=\S+$/,
      ),
      '',
    ]);
    expect(launcher.output()).not.toContain('data_removed');
  });

  it('stops what it has when a signal comes while it starts', async () => {
    const launcher = await launch(...small());
    await until(() => (launcher.output().includes('process_ready') ? true : undefined));
    const begunAt = performance.now();
    process.kill(launcher.pid, 'SIGINT');
    expect(await launcher.exit).toBe(0);
    expect(performance.now() - begunAt).toBeLessThan(15_000);
    expect(launcher.stdout()).toBe('');
    const left = await childrenOf(dataDir);
    expect(left).toEqual([]);
  });

  it.each([
    ['--port', ['--admin-port', '0']],
    ['--admin-port', ['--port', '0']],
  ])('names %s when the port is taken', async (option, others) => {
    const port = await freePort();
    const server = createServer().listen(port, '127.0.0.1');
    const launcher = await launch(option, `${port}`, ...others, '--data-dir', dataDir);
    expect(await launcher.exit).toBe(1);
    expect(launcher.output()).toContain(
      `127.0.0.1:${port} is taken by another process. Choose another port with ${option}`,
    );
    server.close();
  });

  it.each([
    [['8081'], /'8081' is not an option.*npm run cluster -- --port 8080/],
    [['--prot', '8081'], /--prot is not an option of this command/],
    [['--brokers', '2', '--gateways', '0'], /--gateways[\s\S]*--brokers: Kafka runs with 1 broker, or with 3/],
    [['--feed', 'replay'], /--feed replay needs --recording/],
    [['--feed', 'replay', '--recording', '/no/such'], /--recording: there is no file \/no\/such/],
  ])('refuses %j with what to do', async (words, message) => {
    const launcher = await launch(...words);
    expect(await launcher.exit).toBe(2);
    expect(launcher.output()).toMatch(message);
  });

  it('prints its options for --help', async () => {
    const launcher = await launch('--help');
    expect(await launcher.exit).toBe(0);
    expect(launcher.stdout()).toMatch(/--gateways <number> +gateway processes \(default 3\)/);
  });
});

describe.skipIf(NO_RECORDED_DATA !== undefined)(`a replay (skipped without recordings)`, () => {
  it('waits when it is paused, and plays at /replay/start', async () => {
    const cluster = await startCluster({
      feed: 'replay',
      recording: [BTCUSDT_PAIR[0]!],
      speed: '20',
      paused: true,
      gateways: 1,
      compute: 1,
    });
    try {
      expect(cluster.process('venue').address).toMatch(/^127\.0\.0\.1:\d+$/);
      const trades = messages(cluster.stream, { action: 'subscribe', channels: ['trade'], symbols: ['BTCUSDT$BA'] });
      const first = trades.next();
      expect(await Promise.race([first, delay(1_500, 'none')])).toBe('none');
      await cluster.startReplay();
      expect((await first).value).toMatchObject({ type: 'trade', symbol: 'BTCUSDT$BA', seq: 1 });
      await trades.return(undefined);
    } finally {
      expect(await cluster.stop()).toEqual({ code: 0, signal: null });
    }
  });
});

interface Launched {
  pid: number;
  exit: Promise<number | null>;
  stdout(): string;
  output(): string;
  ready(): Promise<void>;
}

/** Runs the launcher as npm's script does, in a process group of its own. */
async function launch(...words: string[]): Promise<Launched> {
  const child: ChildProcess = spawn(process.execPath, [LAUNCHER, ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let stdout = '';
  let output = '';
  child.stdout!.on('data', (text) => {
    stdout += text;
    output += text;
  });
  child.stderr!.on('data', (text) => {
    output += text;
  });
  let ended = false;
  const exit = new Promise<number | null>((resolve) => {
    child.once('close', (code) => {
      ended = true;
      resolve(code);
    });
  });
  return {
    pid: child.pid!,
    exit,
    stdout: () => stdout,
    output: () => output,
    ready: async () => {
      await until(() => (ended || /^ready /m.test(stdout) ? true : undefined), 60_000);
      if (ended) throw new Error(`the launcher ended:\n${output}`);
    },
  };
}

async function until<T>(probe: () => T | undefined | Promise<T | undefined>, deadlineMs = 40_000): Promise<T> {
  const deadline = performance.now() + deadlineMs;
  for (;;) {
    const value = await probe();
    if (value !== undefined) return value;
    if (performance.now() > deadline) throw new Error(`not so after ${deadlineMs} ms: ${probe}`);
    await delay(20);
  }
}

async function untilReady(cluster: RunningCluster): Promise<void> {
  let last = '';
  await until(async () => {
    const response = await fetch(`${cluster.admin}/readyz`);
    last = await response.text();
    return response.status === 200 ? true : undefined;
  }).catch((error: unknown) => {
    throw new Error(last, { cause: error });
  });
}

async function clusterPids(dataDir: string): Promise<number[]> {
  const file = JSON.parse(await readFile(join(dataDir, 'cluster.json'), 'utf8')) as { processes: { pid: number }[] };
  return file.processes.map(({ pid }) => pid);
}

/** Processes whose command line names the folder, as those of every part do. */
async function childrenOf(dataDir: string): Promise<string[]> {
  const { execFile } = await import('node:child_process');
  const text = await new Promise<string>((resolve) =>
    execFile('ps', ['-eo', 'pid,args'], (_error, stdout) => resolve(stdout)),
  );
  return text.split('\n').filter((line) => line.includes(dataDir));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function firstMessage(url: string): Promise<unknown> {
  const source = messages(url);
  const { value } = await source.next();
  await source.return(undefined);
  return value;
}

/** Messages of a connection as they come; with a request, those with data after it was sent. */
async function* messages(url: string, request?: object): AsyncGenerator<unknown, undefined> {
  const socket = new WebSocket(url);
  const queue: unknown[] = [];
  let wake = (): void => undefined;
  let ended: string | undefined;
  socket.onopen = () => request && socket.send(JSON.stringify(request));
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(String(data)) as { type: string; seq?: number };
    if (request === undefined || message.seq !== undefined) queue.push(message);
    wake();
  };
  socket.onclose = ({ code }) => {
    ended = `closed with ${code}`;
    wake();
  };
  try {
    for (;;) {
      if (queue.length > 0) yield queue.shift();
      else if (ended !== undefined) throw new Error(ended);
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  } finally {
    socket.close();
  }
}
