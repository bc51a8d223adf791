import { existsSync } from 'node:fs';
import { type Embedded, startEmbedded } from '@tapecast/testkit';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type MainThread, watchMainThread } from './main-thread.ts';

const CHROMIUM = '/usr/bin/chromium';
const QUIET = [
  '--no-sandbox',
  '--disable-dev-shm-usage',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];
/** Ticks a second of all instruments, of which more than 5,000 updates a second come to who holds all 200 quotes. */
const TICKS_PER_SECOND = 15_000;
const UPDATES_PER_SECOND = 5_000;
const WATCHED_MS = 4_000;

/**
 * The gateway, the feed and the page share the machine's processors, so what the main thread did is counted in its own
 * processor time; by the wall it is printed.
 */
describe.skipIf(!existsSync(CHROMIUM))('the market watch of 200 instruments at 5,000 updates a second', () => {
  let embedded: Embedded;
  let browser: Browser;
  let page: Page;
  const faults: string[] = [];
  const protocols: string[] = [];
  beforeAll(async () => {
    embedded = await startEmbedded(['--rate', String(TICKS_PER_SECOND)]);
    browser = await chromium.launch({ executablePath: CHROMIUM, args: QUIET });
    page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    page.on('pageerror', (error) => faults.push(error.message));
    const session = await page.context().newCDPSession(page);
    await session.send('Network.enable');
    session.on('Network.webSocketHandshakeResponseReceived', ({ response }) => {
      protocols.push(response.headers['sec-websocket-protocol'] ?? response.headers['Sec-WebSocket-Protocol'] ?? '');
    });
    const found = await fetch(`${embedded.page}v1/instruments?limit=200`);
    const { instruments } = (await found.json()) as { instruments: { symbol: string }[] };
    const watched = { symbols: instruments.map(({ symbol }) => symbol), selected: 'BTCUSDT$BA' };
    await page.addInitScript(
      ([key, value]) => localStorage.setItem(key!, value!),
      ['tapecast.watch', JSON.stringify(watched)],
    );
    await page.goto(embedded.page);
  });
  afterAll(async () => {
    await browser?.close();
    await embedded?.stop();
  });

  const rate = async () => Number((await page.textContent('#rate'))?.replaceAll(',', ''));
  const tell = (what: string, { within, ...seen }: MainThread, messages: number): void => {
    const parts = within.slice(0, 4).map(([name, ms]) => `${name} ${ms.toFixed(0)} ms`);
    process.stdout.write(`${what}: ${messages} messages/s, ${JSON.stringify(seen)}, ${parts.join(', ')}\n`);
  };

  test('is told differences, and rows four times a second unless the reader asks for more', async () => {
    await expect.poll(() => page.textContent('#state')).toBe('live');
    expect(protocols).toEqual(['tapecast.v1.protobuf.zstd']);
    await expect
      .poll(() => page.locator('#rows td[data-column="last"]', { hasText: /\d/ }).count())
      .toBeGreaterThan(20);
    const seen = await watchMainThread(page, WATCHED_MS);
    const messages = await rate();
    tell('4 a second', seen, messages);
    expect(messages).toBeLessThan(200 * 4 + 200);
    expect(seen.longestTaskMs).toBeLessThan(100);
    expect(seen.busy).toBeLessThan(0.6);
  });

  test('stays smooth where every update is told as it comes', async () => {
    await page.selectOption('#pace', '0');
    await expect.poll(rate, { timeout: 30_000 }).toBeGreaterThan(UPDATES_PER_SECOND);
    const seen = await watchMainThread(page, WATCHED_MS);
    const messages = await rate();
    tell('as they come', seen, messages);
    // The feed has no more of the processors than the page: it may fall behind for a second.
    expect(messages).toBeGreaterThan(UPDATES_PER_SECOND * 0.8);
    expect(seen.longestTaskMs).toBeLessThan(100);
    expect(seen.busy).toBeLessThan(0.6);
    // Nothing was missed on the way, nor when the interval changed.
    expect(await page.isVisible('#notice')).toBe(false);
    expect(faults).toEqual([]);
  });
});
