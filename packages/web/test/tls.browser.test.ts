import { createHash, X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type RunningCluster, startCluster } from '@tapecast/testkit';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const CHROMIUM = '/usr/bin/chromium';
const QUIET = ['--no-sandbox', '--disable-dev-shm-usage', '--disable-background-networking', '--no-first-run'];

describe.skipIf(!existsSync(CHROMIUM))('the market watch by https, from a cluster with --tls', () => {
  let cluster: RunningCluster;
  let browser: Browser;
  let page: Page;
  const sockets: string[] = [];
  const faults: string[] = [];
  beforeAll(async () => {
    cluster = await startCluster({ tls: true, gateways: 1, compute: 1 });
    // Chromium trusts this one public key beside its own authorities, and no other certificate that is not right.
    const served = new X509Certificate(await readFile(join(dirname(cluster.ca!), 'server.crt')));
    const key = createHash('sha256').update(served.publicKey.export({ type: 'spki', format: 'der' }));
    const args = [...QUIET, `--ignore-certificate-errors-spki-list=${key.digest('base64')}`];
    browser = await chromium.launch({ executablePath: CHROMIUM, args });
    page = await browser.newPage();
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('websocket', (socket) => sockets.push(socket.url()));
    await page.goto(cluster.url);
  });
  afterAll(async () => {
    await browser?.close();
    await cluster?.stop();
  });

  test('is live by wss, without a fault', async () => {
    await expect.poll(() => page.textContent('#state')).toBe('live');
    const last = page.locator('tr[data-symbol="TEST$XX"] td[data-column="last"]');
    await expect.poll(() => last.textContent()).toMatch(/^\d/);
    expect(page.url()).toMatch(/^https:/);
    expect(sockets[0]).toMatch(/^wss:\/\/127\.0\.0\.1:\d+\/v1\/stream/);
    expect(faults).toEqual([]);
  });

  test('comes there by itself when it was asked for by http', async () => {
    const other = await browser.newPage();
    await other.goto(cluster.url.replace('https:', 'http:'));
    expect(other.url()).toBe(`${cluster.url}/`);
    await other.close();
  });
});
