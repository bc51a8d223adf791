import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { readTrialClient } from '@tapecast/access';
import { type RunningCluster, startCluster } from '@tapecast/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RenewingClient } from './renewing-client.ts';

/** The suite runs the short one; `TAPECAST_TEST_ROTATION=full` the one of two minutes. */
const RUN =
  process.env.TAPECAST_TEST_ROTATION === 'full'
    ? { clients: 1_000, gateways: 3, rotateEveryMs: 10_000, tokenSeconds: 20, renewEveryMs: 6_667, forMs: 120_000 }
    : { clients: 200, gateways: 2, rotateEveryMs: 2_500, tokenSeconds: 12, renewEveryMs: 4_000, forMs: 14_000 };
const OPEN_AT_ONCE = 20;
const SYMBOL = 'TEST$XX';

let cluster: RunningCluster;

beforeAll(async () => {
  cluster = await startCluster({
    auth: 2,
    gateways: RUN.gateways,
    compute: 1,
    rotateEveryMs: RUN.rotateEveryMs,
    tokenSecondsMax: RUN.tokenSeconds,
    // Of neither is told here, however much this machine has to do.
    degradation: 'off',
    rebalance: 'off',
  });
});
afterAll(() => cluster?.stop());

describe('while keys change and an issuer dies', () => {
  it(`nobody of ${RUN.clients} who renew is refused, and nothing is lost`, async () => {
    const clients: RenewingClient[] = [];
    const renewing: Promise<void>[] = [];
    const open = async (index: number): Promise<void> => {
      const token = () => cluster.token({ subject: `customer-${index}`, expires_in: RUN.tokenSeconds });
      const client = await RenewingClient.open(cluster.stream, SYMBOL, token);
      clients.push(client);
      // Spread over the period, as clients that came at different times are.
      const firstMs = (RUN.renewEveryMs * ((index % OPEN_AT_ONCE) + 1)) / OPEN_AT_ONCE;
      renewing.push(client.renewEvery(RUN.renewEveryMs, firstMs));
    };
    for (let from = 0; from < RUN.clients; from += OPEN_AT_ONCE)
      await Promise.all(Array.from({ length: OPEN_AT_ONCE }, (_, i) => open(from + i)));
    const begunAt = performance.now();
    const firstKeys = new Set(clients.flatMap(({ kids }) => [...kids]));

    await delay(RUN.forMs / 3);
    const killed = cluster.process('auth', 0);
    cluster.kill('auth', 0);
    await expect.poll(() => cluster.process('auth', 0).pid).not.toBe(killed.pid);
    await delay(Math.max(0, RUN.forMs - (performance.now() - begunAt)));

    // All that was told to one was told to all.
    const last = Math.max(...clients.map(({ lastTrade }) => lastTrade));
    await expect.poll(() => clients.filter(({ lastTrade }) => lastTrade < last).length).toBe(0);
    const openForMs = performance.now() - begunAt;
    for (const client of clients) client.stop();
    await Promise.all(renewing);

    const kids = new Set(clients.flatMap((client) => [...client.kids]));
    const sum = (of: (client: RenewingClient) => number): number => clients.reduce((all, one) => all + of(one), 0);
    const most = (of: (client: RenewingClient) => number): number => Math.round(Math.max(...clients.map(of)));
    console.log(
      JSON.stringify({
        ...RUN,
        openForMs: Math.round(openForMs),
        keys: kids.size,
        renewals: sum(({ renewals }) => renewals),
        faults: sum(({ faults }) => faults.length),
        messages: sum(({ messages }) => messages),
        longestPauseMs: most(({ longestPauseMs }) => longestPauseMs),
        slowestRenewalMs: most(({ slowestRenewalMs }) => slowestRenewalMs),
      }),
    );
    expect(clients.flatMap(({ faults }) => faults).slice(0, 10)).toEqual([]);
    // No token of the beginning lived to the end: whoever was served then had renewed, over several changes of keys.
    expect(openForMs).toBeGreaterThan(RUN.tokenSeconds * 1_000);
    expect(Math.min(...clients.map(({ renewals }) => renewals))).toBeGreaterThan(0);
    expect(kids.size - firstKeys.size).toBeGreaterThanOrEqual(Math.floor(RUN.forMs / RUN.rotateEveryMs) - 2);

    const written = [...logs(cluster.dataDir)];
    expect(written.length).toBeGreaterThan(8);
    const trial = readTrialClient(cluster.dataDir)!;
    const secrets = [
      trial.secret,
      readFileSync(join(cluster.dataDir, 'auth', 'key-encryption-key'), 'utf8').trim(),
      // Of a token the signature is what must not be known.
      ...clients.flatMap(({ tokens }) => tokens.map((token) => token.slice(token.lastIndexOf('.') + 1))),
    ];
    for (const { name, text } of written)
      expect(secrets.filter((secret) => text.includes(secret)).length, `secrets in ${name}`).toBe(0);
  });

  it('both issuers publish the same keys again', async () => {
    const keys = (index: number): Promise<string> =>
      fetch(`http://${cluster.process('auth', index).address}/.well-known/jwks.json`).then(
        (response) => response.text(),
        (error: unknown) => String(error),
      );
    await expect
      .poll(async () => {
        const [one, other] = await Promise.all([keys(0), keys(1)]);
        return one === other && one.includes('"kid"');
      })
      .toBe(true);
  });
});

function* logs(dataDir: string): Generator<{ name: string; text: string }> {
  yield { name: 'launcher.log', text: readFileSync(join(dataDir, 'launcher.log'), 'utf8') };
  for (const name of readdirSync(join(dataDir, 'logs')))
    if (name.endsWith('.log')) yield { name, text: readFileSync(join(dataDir, 'logs', name), 'utf8') };
}
