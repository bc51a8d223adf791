import { existsSync } from 'node:fs';
import { type RunningCluster, startCluster } from '@tapecast/testkit';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const CHROMIUM = '/usr/bin/chromium';
const QUIET = ['--no-sandbox', '--disable-dev-shm-usage', '--disable-background-networking', '--no-first-run'];

/** A broker that starts again on a machine with other work takes most of it. */
const PATIENT_MS = 90_000;

describe.skipIf(!existsSync(CHROMIUM))('the market watch, while parts of the cluster are killed', () => {
  let cluster: RunningCluster;
  let browser: Browser;
  let page: Page;
  const faults: string[] = [];
  let loads = 0;
  beforeAll(async () => {
    [cluster, browser] = await Promise.all([
      // One of each that a tick goes through: whichever is killed, all stands until it is back.
      startCluster({ gateways: 2, compute: 1, brokers: 1 }),
      chromium.launch({ executablePath: CHROMIUM, args: QUIET }),
    ]);
    page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('load', () => loads++);
    await page.goto(cluster.url);
  });
  afterAll(async () => {
    await browser?.close();
    await cluster?.stop();
  });

  const state = () => page.textContent('#state');
  const happened = async (): Promise<string[]> => page.locator('#happened-before li').allTextContents();
  const trades = () => page.locator('#trades tr').first().textContent();
  /** Resolves when a trade came that was not there before. */
  const moves = async (): Promise<void> => {
    const before = await trades().catch(() => '');
    await expect.poll(trades, { timeout: PATIENT_MS }).not.toBe(before);
  };
  const back = (lines: readonly string[]) => lines.filter((line) => line.includes('back after')).length;
  /** Kills it, and waits until the page has come back through another or the same. */
  const killed = async (role: string, index = 0): Promise<string> => {
    const before = back(await happened());
    cluster.kill(role, index);
    await expect.poll(async () => back(await happened()), { timeout: PATIENT_MS }).toBeGreaterThan(before);
    await expect.poll(state).toBe('live');
    await moves();
    return (await happened()).find((line) => line.includes('back after')) ?? '';
  };
  /** Index of the gateway that the page is at. */
  const gatewayOf = async (): Promise<number> => {
    for (const { index, admin } of cluster.processes().filter(({ role }) => role === 'gateway')) {
      const text = await (await fetch(`http://${admin}/metrics`)).text();
      const open = [...text.matchAll(/^tapecast_gateway_connections(?:\{[^}]*\})? (\d+)/gm)];
      if (open.some(([, count]) => Number(count) > 0)) return index;
    }
    throw new Error('no gateway has a connection');
  };

  test('is live', async () => {
    await expect.poll(state, { timeout: PATIENT_MS }).toBe('live');
    await page.click('tr[data-symbol="TEST$XX"]');
    await moves();
  });

  test('its gateway: it comes back at another one, says so, and no trade is missing', async () => {
    expect(await killed('gateway', await gatewayOf())).toMatch(
      /trades of \d+ go on without a hole, nothing is missing/,
    );
  });

  test('nginx: it comes back, and no trade is missing', async () => {
    expect(await killed('nginx')).toMatch(/nothing is missing/);
  });

  test.each([
    ['compute', 'compute'],
    ['ingest', 'ingest'],
    ['a Redis master', 'redis'],
    ['the broker', 'kafka'],
  ])('%s: it stays connected, and goes on with nothing missing', async (_, role) => {
    const before = await happened();
    const { pid } = cluster.process(role);
    cluster.kill(role);
    await expect.poll(() => cluster.process(role).pid, { timeout: PATIENT_MS }).not.toBe(pid);
    await moves();
    await moves();
    await expect.poll(state).toBe('live');
    const since = (await happened()).slice(0, -before.length || undefined);
    expect(since.filter((line) => /lost|missing/.test(line))).toEqual([]);
  });

  test('was loaded once, and had no fault', () => {
    expect([loads, faults]).toEqual([1, []]);
  });
});
