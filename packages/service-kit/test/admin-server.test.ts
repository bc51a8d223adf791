import { afterEach, describe, expect, test } from 'vitest';
import { type AdminServer, createRegistry, metricsOf, StartError, startAdminServer } from '../src/index.ts';

let admin: AdminServer | undefined;
afterEach(async () => {
  await admin?.close();
  admin = undefined;
});

const start = (ready = true, port = 0) =>
  startAdminServer({
    host: '127.0.0.1',
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
  test('a taken port names the option that chose it', async () => {
    admin = await start();
    const second = start(true, admin.port);
    await expect(second).rejects.toThrow(StartError);
    await expect(second).rejects.toThrow(/--admin-port/);
  });
});
