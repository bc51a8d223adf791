import { existsSync } from 'node:fs';
import { type RunningCluster, startCluster } from '@tapecast/testkit';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const CHROMIUM = '/usr/bin/chromium';
const QUIET = ['--no-sandbox', '--disable-dev-shm-usage', '--disable-background-networking', '--no-first-run'];

describe.skipIf(!existsSync(CHROMIUM))('the market watch, while parts of the cluster are killed', () => {
  let cluster: RunningCluster;
  let browser: Browser;
  let page: Page;
  const faults: string[] = [];
  let loads = 0;
  beforeAll(async () => {
    cluster = await startCluster({ gateways: 2, compute: 1 });
    browser = await chromium.launch({ executablePath: CHROMIUM, args: QUIET });
    page = await browser.newPage();
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
    await expect.poll(trades, { timeout: 30_000 }).not.toBe(before);
  };
  const back = (lines: readonly string[]) => lines.filter((line) => line.includes('back after')).length;
  /** Kills it, and waits until the page has come back through another or the same. */
  const killed = async (role: string): Promise<string> => {
    const before = back(await happened());
    cluster.kill(role);
    await expect.poll(async () => back(await happened()), { timeout: 30_000 }).toBe(before + 1);
    await expect.poll(state).toBe('live');
    await moves();
    return (await happened()).find((line) => line.includes('back after')) ?? '';
  };

  test('is live', async () => {
    await expect.poll(state, { timeout: 20_000 }).toBe('live');
    await page.click('tr[data-symbol="TEST$XX"]');
    await moves();
  });

  test('nginx: it comes back, and no trade is missing', async () => {
    expect(await killed('nginx')).toMatch(/nothing is missing/);
  });

  test.each(['compute', 'ingest'])('%s: it stays connected, and goes on', async (role) => {
    const before = await happened();
    cluster.kill(role);
    await moves();
    await moves();
    expect(await state()).toBe('live');
    const since = (await happened()).slice(0, -before.length || undefined);
    expect(since.filter((line) => line.includes('lost'))).toEqual([]);
  });

  test('was loaded once, and had no fault', () => {
    expect([loads, faults]).toEqual([1, []]);
  });
});
