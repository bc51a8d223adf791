import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { hostname, release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { findEngine } from '../../../src/parts/container/engine.ts';

const dir = mkdtempSync(join(tmpdir(), 'tapecast-engine-test-'));
afterAll(() => rmSync(dir, { recursive: true }));

/** What an engine says of itself, on a socket. */
async function answering(info: object): Promise<{ host: string; close(): void }> {
  const path = join(dir, `${Math.random()}.sock`);
  const server = createServer((_request, response) => {
    response.end(JSON.stringify(info));
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return { host: `unix://${path}`, close: () => server.close() };
}

const OURS = {
  Name: hostname(),
  OSType: 'linux',
  KernelVersion: release(),
  ServerVersion: '28',
  Driver: 'overlay2',
  SecurityOptions: ['name=seccomp'],
};

it('finds an engine of this machine', async () => {
  const { host, close } = await answering(OURS);
  expect(await findEngine(host)).toMatchObject({ name: `${host} (28, overlay2)`, api: { host } });
  close();
});

it.each([
  ['a rootless one', { SecurityOptions: ['name=rootless'] }, /\(name=rootless\) gives containers other users/],
  ['one with users of its own', { SecurityOptions: ['name=userns'] }, /\(name=userns\) gives containers other users/],
  ['one in a virtual machine', { KernelVersion: '6.10.14-linuxkit' }, /runs on another machine/],
  ['another host’s', { Name: 'elsewhere' }, /runs on another machine \(elsewhere\)/],
])('takes %s for none, and says why', async (_what, difference, why) => {
  const { host, close } = await answering({ ...OURS, ...difference });
  expect(await findEngine(host)).toEqual({ api: undefined, why: expect.stringMatching(why) });
  close();
});

it.each(['unix:///no/such/docker.sock', 'tcp://127.0.0.1:1', 'ssh://somebody@somewhere', 'nonsense'])(
  'says that nobody answers at %s',
  async (host) => {
    expect(await findEngine(host)).toEqual({
      api: undefined,
      why: expect.stringContaining(`no container engine answers at ${host}`),
    });
  },
);
