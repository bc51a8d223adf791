import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Embedded, startEmbedded } from '@tapecast/testkit';
import { type ItickVenue, type ItickVenueOptions, type Recording, startItickVenue } from '@tapecast/venue-server';
import { afterEach, describe, expect, it } from 'vitest';

const TOKEN = 'itick-key-7f3a9c';
const OPEN_MS = 9.5 * 3_600_000;

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** IBM at 186.66, 100 shares a second. */
const recording: Recording = (() => {
  const rows = Array.from({ length: 20 }, (_, n) => ({
    msOfDay: OPEN_MS + n * 1_000,
    price: 1_866_600,
    size: 100,
    exchange: 'N',
    conditions: '0',
    suspicious: false,
  }));
  return {
    path: 'ibm',
    format: 'lean-trade',
    symbol: 'IBM',
    day: '20131007',
    rows,
    lastRow: rows.at(-1),
    lineCount: rows.length,
    end: { kind: 'complete' },
    malformed: { count: 0, samples: [], add: () => undefined },
  };
})();

async function startVenue(options: Partial<ItickVenueOptions> = {}): Promise<ItickVenue> {
  const venue = await startItickVenue({
    recordings: [recording],
    tokens: [TOKEN],
    paused: true,
    speed: 20,
    ...options,
  });
  ends.push(() => venue.stop());
  return venue;
}

async function keyFile(key: string): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'tapecast-key-'));
  ends.push(() => rm(dir, { recursive: true }));
  const path = join(dir, 'key');
  await writeFile(path, `${key}\n`, { mode: 0o600 });
  return path;
}

async function start(venue: ItickVenue, key: string, symbols = 'IBM$US'): Promise<Embedded> {
  const embedded = await startEmbedded([
    ...['--feed', 'itick', '--itick-ws', venue.wsUrl, '--token-file', await keyFile(key)],
    ...['--symbols', symbols, '--log-level', 'debug'],
  ]);
  ends.push(() => embedded.stop());
  return embedded;
}

describe('npm start -- --feed itick', () => {
  it('serves what the venue sends, and the key is in no log, no command line and no answer', async () => {
    const venue = await startVenue({ faults: [{ fault: 'auth-echo' }] });
    const embedded = await start(venue, TOKEN);
    venue.start();
    const snapshot = async (): Promise<string> =>
      (await fetch(`${embedded.page}v1/snapshot?symbols=IBM$US&channels=trade,quote`)).text();
    await expect.poll(snapshot).toContain('"price":186.66');
    // The venue may send the key back in what can't be read.
    venue.inject({ fault: 'garbage', text: `{"code":1,"resAc":"auth","data":{"params":"${TOKEN}"` });
    venue.inject({ fault: 'garbage', text: `{"code":1,"data":{"s":"${TOKEN}","type":"news"}}` });
    venue.inject({ fault: 'close', code: 4000, reason: `go away ${TOKEN}` });
    await expect
      .poll(async () => (await fetch(`${embedded.admin}/metrics`)).text())
      .toMatch(/tapecast_ingest_disconnections_total\{venue="itick"\} 1/);
    await expect.poll(() => venue.connections().length).toBe(1);
    const log = await embedded.log();
    expect(log).toContain('bad_frame_not_json');
    expect(log).toContain('go away [key]');
    expect(log).not.toContain(TOKEN);
    expect(execFileSync('ps', ['-o', 'args=', '-p', String(embedded.pid)], { encoding: 'utf8' })).not.toContain(TOKEN);
    expect(await snapshot()).not.toContain(TOKEN);
  });

  it('does not start with a key that is refused, and says so at once', async () => {
    const venue = await startVenue();
    const error = await start(venue, 'another-key').then(
      () => undefined,
      (cause: unknown) => String(cause),
    );
    expect(error).toContain("can't be made ready: itick: 1 of 1 connections not subscribed: the key is refused");
    expect(error).not.toContain('another-key');
  });

  it('does not start on a plan that has no room for any symbol, and serves those that it has room for', async () => {
    const none = await startVenue({ faults: [{ fault: 'plan-exceeded', times: 100 }] });
    await expect(start(none, TOKEN)).rejects.toThrow(/the plan has no room for any of the symbols/);
    const some = await startVenue({ plan: { symbols: 1 } });
    const embedded = await start(some, TOKEN, 'IBM$US,BAC$US,SPY$US');
    expect([...some.connections()[0]!.subscriptions.keys()]).toEqual(['IBM$US']);
    const log = await embedded.log();
    expect(log).toMatch(/"event":"itick_plan_too_small".*"instruments":\["BAC\$US","SPY\$US"\]/);
  });
});
