import { existsSync } from 'node:fs';
import { type Embedded, startEmbedded } from '@tapecast/testkit';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';

const CHROMIUM = '/usr/bin/chromium';
const QUIET = [
  '--no-sandbox',
  '--disable-dev-shm-usage',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

describe.skipIf(!existsSync(CHROMIUM))('the market watch where clients need tokens', () => {
  let embedded: Embedded;
  let browser: Browser;
  const pages: Page[] = [];
  const faults: string[] = [];
  /** Addresses that the browser asked for: a token must be in none. */
  const asked: string[] = [];
  beforeAll(async () => {
    embedded = await startEmbedded(['--auth']);
    browser = await chromium.launch({ executablePath: CHROMIUM, args: QUIET });
  });
  afterEach(async () => {
    for (const page of pages.splice(0)) await page.close();
    expect(faults.splice(0)).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    await embedded?.stop();
  });

  async function open(fragment = ''): Promise<Page> {
    const page = await browser.newPage({ viewport: { width: 1200, height: 800 } });
    pages.push(page);
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('request', (request) => asked.push(request.url()));
    page.on('websocket', (socket) => asked.push(socket.url()));
    await page.goto(embedded.page + fragment);
    return page;
  }
  /** As a reader sees it: what is hidden is not in it. */
  const shownText = (page: Page, of: string) => page.evaluate<string>(`document.querySelector('${of}').innerText`);
  const isLive = async (page: Page): Promise<void> => {
    await expect.poll(() => page.textContent('#state')).toBe('live');
    await expect.poll(() => page.isVisible('#sign-in')).toBe(false);
    const last = page.locator('tr[data-symbol="TEST$XX"] td[data-column="last"]');
    await expect.poll(() => last.textContent()).toMatch(/^\d+\.\d+$/);
  };

  test('says that a sign-in is needed, and takes a token that is given', async () => {
    const page = await open();
    await expect.poll(() => page.isVisible('#sign-in')).toBe(true);
    expect(await page.textContent('#sign-in-why')).toContain('for those who have a token');
    expect(await page.isVisible('main')).toBe(false);
    // Nothing is connected, so the header speaks of no connection that it makes again, nor of an age.
    await expect.poll(() => shownText(page, '#connection')).toMatch(/^connection\s+signed out$/);
    expect(await page.getAttribute('#token', 'autocomplete')).toBe('one-time-code');
    await page.fill('#token', await embedded.token());
    await page.press('#token', 'Enter');
    await isLive(page);
  });

  test('takes a token from the address, out of which it is gone at once, and keeps it over a reload', async () => {
    const token = await embedded.token();
    const page = await open(`#token=${token}`);
    await isLive(page);
    expect(page.url()).toBe(embedded.page);
    await page.reload();
    await isLive(page);
    expect(asked.filter((address) => address.includes(token.slice(-40)))).toEqual([]);
  });

  test('says once that a token has expired', async () => {
    const page = await open(`#token=${await embedded.token({ expires_in: 1 })}`);
    await expect.poll(() => page.isVisible('#sign-in')).toBe(true);
    expect(await shownText(page, '#sign-in')).toMatch(/Your token has expired\.\s+Open this page again/);
    // The page's own tries go on behind the form.
    await expect.poll(() => shownText(page, '#connection')).toMatch(/^connection\s+signed out$/);
    await page.evaluate(`location.hash = 'token=${await embedded.token()}'`);
    await isLive(page);
    expect(await page.isVisible('#age')).toBe(true);
  });

  test('says why a token was not taken, and goes on with the next one from the address', async () => {
    const token = await embedded.token();
    const page = await open(`#token=${token.slice(0, -6)}AAAAAA`);
    await expect.poll(() => page.isVisible('#sign-in')).toBe(true);
    expect(await page.textContent('#sign-in-why')).toContain('not valid');
    await page.evaluate(`location.hash = 'token=${token}'`);
    await isLive(page);
  });
});
