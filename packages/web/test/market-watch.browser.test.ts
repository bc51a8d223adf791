import { existsSync } from 'node:fs';
import { type Embedded, startEmbedded } from '@tapecast/testkit';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const CHROMIUM = '/usr/bin/chromium';
const QUIET = [
  '--no-sandbox',
  '--disable-dev-shm-usage',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

describe.skipIf(!existsSync(CHROMIUM))('the market watch in Chromium', () => {
  let embedded: Embedded;
  let browser: Browser;
  let page: Page;
  const faults: string[] = [];
  beforeAll(async () => {
    embedded = await startEmbedded();
    browser = await chromium.launch({ executablePath: CHROMIUM, args: QUIET });
    page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    page.on('pageerror', (error) => faults.push(error.message));
    await page.goto(embedded.page);
  });
  afterAll(async () => {
    await browser?.close();
    await embedded?.stop();
  });

  const last = (symbol: string) => page.locator(`tr[data-symbol="${symbol}"] td[data-column="last"]`);
  /** Resolves when the text of a cell is another than now. */
  const moves = async (symbol: string): Promise<void> => {
    const before = await last(symbol).textContent();
    await expect.poll(() => last(symbol).textContent()).not.toBe(before);
  };

  test('shows instruments whose prices move', async () => {
    await expect.poll(() => page.textContent('#state')).toBe('live');
    await expect.poll(() => last('BTCUSDT$BA').textContent()).toMatch(/^\d+\.\d+$/);
    await moves('TEST$XX');
    await expect.poll(() => page.textContent('#rate')).toMatch(/[1-9]/);
    await expect.poll(() => page.textContent('#age')).toMatch(/^\d/);
  });

  test('adds an instrument by search and shows its book, trades and candles', async () => {
    await page.fill('#query', 'test$');
    await expect.poll(() => page.locator('#found [role="option"]').count()).toBeGreaterThan(0);
    await page.press('#query', 'Enter');
    await expect.poll(() => page.textContent('#selected')).toBe('TEST$XX');
    await expect.poll(() => page.locator('#levels .bid').nth(1).textContent()).toMatch(/^\d/);
    const trades = page.locator('#trades tr');
    await expect.poll(() => trades.count()).toBeGreaterThan(0);
    const newest = await trades.first().textContent();
    await expect.poll(() => trades.first().textContent()).not.toBe(newest);
    expect(await page.locator('#candles canvas').count()).toBeGreaterThan(0);
  });

  test('removes an instrument and remembers the list', async () => {
    await page.locator('tr[data-symbol="700$HK"]').hover();
    await page.click('tr[data-symbol="700$HK"] button');
    await expect.poll(() => last('700$HK').count()).toBe(0);
    await page.reload();
    await expect.poll(() => last('TEST$XX').count()).toBe(1);
    expect(await last('700$HK').count()).toBe(0);
    expect(await page.textContent('#selected')).toBe('TEST$XX');
  });

  test('says that the gateway is gone, and recovers by itself when it is back', async () => {
    await moves('TEST$XX');
    await embedded.kill();
    await expect.poll(() => page.textContent('#state')).toBe('reconnecting');
    await embedded.restart();
    await expect.poll(() => page.textContent('#state')).toBe('live');
    await moves('TEST$XX');
    expect(faults).toEqual([]);
  });

  test('shows every part on a narrow screen', async () => {
    await page.setViewportSize({ width: 600, height: 900 });
    const parts = ['#rows', '#candles', '#levels', '#trades'].map((part) => page.locator(part));
    const boxes = async () => await Promise.all(parts.map((part) => part.boundingBox()));
    /** One below the other, none without a height. */
    const stacked = async () =>
      (await boxes()).every((box, i, all) => box!.height > 20 && box!.y > (all[i - 1]?.y ?? 0));
    await expect.poll(stacked).toBe(true);
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  test('has a dark and a light theme that differ', async () => {
    const paper = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
    const before = await paper();
    await page.click('#theme');
    await expect.poll(paper).not.toBe(before);
  });
});
