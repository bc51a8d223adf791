import { existsSync } from 'node:fs';
import { TapecastClient } from '@tapecast/client';
import { type Embedded, startEmbedded } from '@tapecast/testkit';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
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
const UPDATES_PER_SECOND = 5_000;
/** What the feed is set to bring: it comes in bursts. */
const UPDATES_AIMED_AT = 6_500;
/** Ticks a second of all instruments that bring about as much by day; when most markets are closed they bring less. */
const TICKS_PER_SECOND = 16_000;
/** The most that the feed may be asked for: a machine with other work brings less of it. */
const TICKS_PER_SECOND_MAX = 64_000;
/** The simulated market's own, and the test instrument. */
const INSTRUMENTS = 200;
/** Rows four times a second, and what else is told. */
const SLOW_MESSAGES_MAX = 200 * 4 + 200;
const COUNTED_MS = 2_000;
const WATCHED_MS = 4_000;

/** Throws while some are not known yet. */
async function allInstruments({ page }: Embedded): Promise<string[]> {
  const found = await fetch(`${page}v1/instruments?limit=200`);
  const { instruments } = (await found.json()) as { instruments: { symbol: string }[] };
  if (instruments.length < INSTRUMENTS) throw new Error(`${instruments.length} instruments are known so far`);
  return instruments.map(({ symbol }) => symbol);
}

/** Quotes a second of these instruments. */
async function quotesPerSecond(stream: string, symbols: readonly string[]): Promise<number> {
  const client = new TapecastClient({ url: stream });
  client.connect();
  await client.subscribe(symbols, ['quote']);
  let quotes = 0;
  client.on('quote', () => quotes++);
  const startedAt = performance.now();
  // As long as the count takes: what is measured is a rate.
  await new Promise((resolve) => setTimeout(resolve, COUNTED_MS));
  client.close();
  return (quotes * 1_000) / (performance.now() - startedAt);
}

/**
 * The gateway, the feed and the page share the machine's processors, so what the main thread did is counted in its own
 * processor time; by the wall it is printed.
 */
describe.skipIf(!existsSync(CHROMIUM))('the market watch of 200 instruments at 5,000 updates a second', () => {
  let embedded: Embedded;
  let browser: Browser;
  let page: Page;
  let symbols: string[];
  const faults: string[] = [];
  const protocols: string[] = [];
  beforeAll(async () => {
    embedded = await startEmbedded(['--rate', String(TICKS_PER_SECOND)]);
    // The catalogue fills after the `ready` line.
    symbols = await vi.waitFor(() => allInstruments(embedded), { timeout: 60_000, interval: 100 });
    const quotes = await quotesPerSecond(embedded.stream, symbols);
    if (quotes < UPDATES_AIMED_AT) {
      await embedded.stop();
      const rate = Math.round((TICKS_PER_SECOND * UPDATES_AIMED_AT) / quotes);
      embedded = await startEmbedded(['--rate', String(Math.min(rate, TICKS_PER_SECOND_MAX))]);
    }
    browser = await chromium.launch({ executablePath: CHROMIUM, args: QUIET });
    page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    page.on('pageerror', (error) => faults.push(error.message));
    const session = await page.context().newCDPSession(page);
    await session.send('Network.enable');
    session.on('Network.webSocketHandshakeResponseReceived', ({ response }) => {
      protocols.push(response.headers['sec-websocket-protocol'] ?? response.headers['Sec-WebSocket-Protocol'] ?? '');
    });
    const watched = { symbols, selected: 'BTCUSDT$BA' };
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
    expect(messages).toBeLessThan(SLOW_MESSAGES_MAX);
    expect(seen.longestTaskMs).toBeLessThan(100);
    expect(seen.busy).toBeLessThan(0.6);
  });

  test('stays smooth where every update is told as it comes', async () => {
    await page.selectOption('#pace', '0');
    await expect.poll(rate).toBeGreaterThan(SLOW_MESSAGES_MAX);
    // As much as the machine lets the feed bring, which another client is told, too.
    const [seen, quotes] = await Promise.all([
      watchMainThread(page, WATCHED_MS),
      quotesPerSecond(embedded.stream, symbols),
    ]);
    const messages = await rate();
    tell(`as they come, of some ${UPDATES_PER_SECOND}`, seen, messages);
    // It comes in bursts, and is counted at other times.
    expect(messages).toBeGreaterThan(quotes / 2);
    expect(seen.longestTaskMs).toBeLessThan(100);
    expect(seen.busy).toBeLessThan(0.6);
    // Nothing was missed on the way, nor when the interval changed.
    expect(await page.isVisible('#notice')).toBe(false);
    expect(faults).toEqual([]);
  });
});
