import { request } from 'node:https';
import { TapecastClient } from '@tapecast/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePorts } from '../../src/parts/port.ts';
import { ComposeProject, type Container, serviceOf, whyNoCompose } from './compose-project.ts';

const why = whyNoCompose();
/** Packing, six images and a cluster: a minute on two cores, more where others work on them. */
const UP_DEADLINE_MS = 600_000;
const OURS = ['ingest', 'compute', 'gateway', 'auth', 'redis-watchdog'];

describe.skipIf(why !== '')(`docker compose up, from our images${why === '' ? '' : ` (skipped: ${why})`}`, () => {
  let project: ComposeProject;
  let port: number;
  let authPort: number;

  beforeAll(async () => {
    [port, authPort] = (await freePorts(2)) as [number, number];
    project = await ComposeProject.prepare('tapecast-test', port, authPort);
    // What an earlier run that was cut off left behind.
    await project.down();
    await project.up();
  }, UP_DEADLINE_MS);

  afterAll(async () => {
    await project?.remove();
  });

  it('starts each part when those before it are ready', async () => {
    const containers = await project.containers();
    const startOf = (service: string): number[] =>
      containers.filter((one) => serviceOf(one) === service).map((one) => Date.parse(one.State.StartedAt));
    expect(startOf('gateway')).toHaveLength(2);
    expect(startOf('compute')).toHaveLength(2);
    expect(Math.min(...startOf('ingest'), ...startOf('compute'))).toBeGreaterThan(Math.max(...startOf('kafka')));
    expect(Math.min(...startOf('gateway'))).toBeGreaterThan(Math.max(...startOf('ingest'), ...startOf('compute')));
    expect(Math.min(...startOf('nginx'))).toBeGreaterThan(Math.max(...startOf('gateway')));
    expect(containers.filter((one) => OURS.includes(serviceOf(one))).map((one) => one.State.Health?.Status)).toEqual(
      Array(6).fill('healthy'),
    );
    expect(containers.find((one) => serviceOf(one) === 'redis-cluster')?.State).toMatchObject({
      Status: 'exited',
      ExitCode: 0,
    });
  });

  it('gives no container more than it needs, and no other machine a way in', async () => {
    const containers = await project.containers();
    expect(containers.length).toBe(15);
    const tooMuch = containers.filter(({ HostConfig: host, Config }) => {
      const user = Config.User.split(':')[0] ?? '';
      const loose = !host.ReadonlyRootfs || host.Privileged || !/^[1-9]\d*$/.test(user);
      const rights = !host.CapDrop?.includes('ALL') || !host.SecurityOpt?.includes('no-new-privileges:true');
      return loose || rights || host.Memory === 0 || host.NanoCpus === 0 || (host.PidsLimit ?? 0) <= 0;
    });
    expect(tooMuch.map(({ Name }) => Name)).toEqual([]);
    const published = containers.flatMap(({ HostConfig }) =>
      Object.values(HostConfig.PortBindings).flatMap((each) => each ?? []),
    );
    expect(published).toEqual([{ HostIp: '127.0.0.1', HostPort: `${port}` }]);
  });

  it('has each gateway keep the last minutes in a folder that nobody else writes', async () => {
    const show = "fetch('http://127.0.0.1:9100/metrics').then((reply) => reply.text()).then(console.log)";
    for (const index of ['1', '2']) {
      const metrics = (): Promise<string> =>
        project.compose('exec', '-T', '--index', index, 'gateway', 'node', '-e', show);
      await expect.poll(metrics, { timeout: 60_000 }).toMatch(/^tapecast_gateway_replay_store_bytes [1-9]/m);
      expect(await metrics()).toMatch(/^tapecast_gateway_replay_store_lost_records_total 0$/m);
    }
  });

  it('has a worker that crashed know its name in the group when it is started again', async () => {
    const run = (index: number, code: string): Promise<string> =>
      project.compose(
        'exec',
        '-T',
        '--index',
        `${index}`,
        'compute',
        'node',
        '-e',
        `const fs = require('node:fs'); ${code}`,
      );
    const show = "process.stdout.write(fs.readFileSync('/var/lib/tapecast/member', 'utf8'))";
    const nameOf = (index: number): Promise<string> => run(index, show);
    const [one, other] = await Promise.all([nameOf(1), nameOf(2)]);
    expect(one).toMatch(/^[\w.-]+$/);
    expect(other).toMatch(/^[\w.-]+$/);
    expect(other).not.toBe(one);
    // Its own name is written again with its next join: this stays.
    await run(1, "fs.copyFileSync('/var/lib/tapecast/member', '/var/lib/tapecast/before')");
    const { State } = await project.container('compute', 1);
    process.kill(State.Pid, 'SIGKILL');
    const again = async (): Promise<string> => {
      const { State: now, RestartCount } = await project.container('compute', 1);
      return `${now.Health?.Status} ${RestartCount}`;
    };
    await expect.poll(again, { timeout: 60_000 }).toBe('healthy 1');
    expect(await run(1, show.replace('member', 'before'))).toBe(one);
    expect(await nameOf(1)).not.toBe(one);
    expect(await run(2, "process.stdout.write(String(fs.existsSync('/var/lib/tapecast/before')))")).toBe('false');
    const logs = await project.compose('logs', '--no-color', '--no-log-prefix', 'compute');
    expect(logs).not.toMatch(/"member_(not_noted|unknown)"/);
  });

  it('serves the page and ticks of TEST$XX through nginx, and goes on when the gateways are killed', async () => {
    const page = await fetch(`http://127.0.0.1:${port}/`);
    expect(page.headers.get('content-type')).toBe('text/html');
    expect(await page.text()).toContain('<!doctype html>');

    const client = new TapecastClient({ url: `ws://127.0.0.1:${port}/v1/stream` });
    let trades = 0;
    client.on('trade', () => {
      trades += 1;
    });
    client.connect();
    try {
      const [result] = await client.subscribe(['TEST$XX'], ['trade']);
      expect(result).toMatchObject({ symbol: 'TEST$XX', ok: true });
      await expect.poll(() => trades, { timeout: 30_000 }).toBeGreaterThan(2);

      const before = await Promise.all([1, 2].map((number) => project.container('gateway', number)));
      // As a crash would, from outside: `docker kill` counts as a wish to stop.
      for (const { State } of before) process.kill(State.Pid, 'SIGKILL');
      const again = async (): Promise<Container[]> =>
        Promise.all([1, 2].map((number) => project.container('gateway', number)));
      await expect
        .poll(async () => (await again()).map(({ State, RestartCount }) => `${State.Health?.Status} ${RestartCount}`), {
          timeout: 60_000,
        })
        .toEqual(['healthy 1', 'healthy 1']);

      const seen = trades;
      await expect.poll(() => trades, { timeout: 30_000 }).toBeGreaterThan(seen + 1);
    } finally {
      client.close();
    }
  });

  it('lets nobody read without a token once the auth service is asked for one', async () => {
    await project.up('deploy/compose.tokens.yml');
    const snapshot = `http://127.0.0.1:${port}/v1/snapshot?symbols=TEST$XX&channels=quote`;
    expect((await fetch(snapshot)).status).toBe(401);
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      subject: 'me',
      channels: 'quote',
      symbols: 'TEST$XX',
    });
    const { access_token: token } = JSON.parse(await askForToken(project, authPort, form)) as { access_token: string };
    const answer = await fetch(snapshot, { headers: { authorization: `Bearer ${token}` } });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ results: [{ symbol: 'TEST$XX', ok: true }] });
    const logs = await project.compose('logs', '--no-color', 'auth', 'gateway');
    expect(logs.length).toBeGreaterThan(100);
    for (const secret of [token, project.secret('client-secret'), project.secret('key-encryption-key')])
      expect(logs.includes(secret)).toBe(false);
  });

  it('stops in order within its time', async () => {
    await project.compose('stop');
    const ours = (await project.containers()).filter((one) => OURS.includes(serviceOf(one)));
    expect(ours.map(({ Name, State }) => `${Name} ${State.Status} ${State.ExitCode}`)).toEqual(
      ours.map(({ Name }) => `${Name} exited 0`),
    );
  });
});

/** By https, trusting the authority of the secrets alone. */
function askForToken(project: ComposeProject, port: number, form: URLSearchParams): Promise<string> {
  return new Promise((resolve, reject) => {
    const auth = `${project.secret('client-id')}:${project.secret('client-secret')}`;
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const options = {
      method: 'POST',
      host: 'localhost',
      port,
      path: '/v1/token',
      ca: project.secret('ca.crt'),
      auth,
      headers,
    };
    const sent = request(options, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (piece) => {
        text += piece;
      });
      answer.on('end', () =>
        answer.statusCode === 200 ? resolve(text) : reject(new Error(`${answer.statusCode} ${text}`)),
      );
    });
    sent.on('error', reject);
    sent.end(form.toString());
  });
}
