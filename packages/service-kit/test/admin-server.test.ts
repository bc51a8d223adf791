import { networkInterfaces } from 'node:os';
import { afterEach, describe, expect, test } from 'vitest';
import { type AdminServer, createRegistry, metricsOf, StartError, startAdminServer } from '../src/index.ts';

let admin: AdminServer | undefined;
afterEach(async () => {
  await admin?.close();
  admin = undefined;
});

/** By which this machine meets itself as another would; not every machine has one. */
const ownAddress = Object.values(networkInterfaces())
  .flat()
  .find((address) => address?.family === 'IPv4' && !address.internal)?.address;

const start = (ready = true, port = 0, host = '127.0.0.1') =>
  startAdminServer({
    host,
    port,
    portOption: '--admin-port',
    metrics: metricsOf(createRegistry()),
    ready: () => ({ ready, reason: ready ? '' : 'waiting for the log' }),
    routes: { 'POST /replay/start': () => ({ status: 200, body: 'started\n' }) },
  });

describe('admin server', () => {
  test('serves metrics whose names begin tapecast_', async () => {
    admin = await start();
    const text = await (await fetch(`${admin.address}/metrics`)).text();
    const names = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    expect(names.length).toBeGreaterThan(10);
    for (const name of names) expect(name).toMatch(/^tapecast_/);
  });
  test('readiness is 503 with its reason until ready', async () => {
    admin = await start(false);
    const reply = await fetch(`${admin.address}/readyz`);
    expect(reply.status).toBe(503);
    expect(await reply.text()).toContain('waiting for the log');
    expect((await fetch(`${admin.address}/livez`)).status).toBe(200);
  });
  test('serves given routes and names them for a wrong path', async () => {
    admin = await start();
    expect((await fetch(`${admin.address}/replay/start`, { method: 'POST' })).status).toBe(200);
    const wrong = await fetch(`${admin.address}/nothing`);
    expect(wrong.status).toBe(404);
    expect(await wrong.text()).toContain('POST /replay/start');
  });
  test('does nothing for a page that a browser of the machine has open', async () => {
    admin = await start();
    for (const origin of ['http://a.example', admin.address, 'null']) {
      const refused = await fetch(`${admin.address}/replay/start`, { method: 'POST', headers: { origin } });
      expect(refused.status).toBe(403);
      expect(await refused.text()).toContain('pages');
    }
    expect((await fetch(`${admin.address}/livez`, { headers: { origin: 'http://a.example' } })).status).toBe(200);
  });
  test.skipIf(ownAddress === undefined)('lets other machines look, and change nothing', async () => {
    admin = await start(true, 0, '0.0.0.0');
    const from = `http://${ownAddress}:${admin.port}`;
    expect((await fetch(`${from}/livez`)).status).toBe(200);
    const refused = await fetch(`${from}/replay/start`, { method: 'POST' });
    expect(refused.status).toBe(403);
    expect(await refused.text()).toContain('by 127.0.0.1');
    expect((await fetch(`http://127.0.0.1:${admin.port}/replay/start`, { method: 'POST' })).status).toBe(200);
  });
  test('a taken port names the option that chose it', async () => {
    admin = await start();
    const second = start(true, admin.port);
    await expect(second).rejects.toThrow(StartError);
    await expect(second).rejects.toThrow(/--admin-port/);
  });
});
