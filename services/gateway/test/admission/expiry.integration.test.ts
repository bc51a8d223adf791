import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStand, type Stand } from '../stand/stand.ts';
import { StreamClient, type Wire } from '../stand/stream-client.ts';
import { ISSUER, TokenIssuer } from '../stand/token-issuer.ts';

let stand: Stand;
let issuer: TokenIssuer;
const clients: StreamClient[] = [];

/** `auth_expiring` comes so long before the end here. */
const EXPIRING_MS = 4_000;

beforeAll(async () => {
  issuer = await TokenIssuer.open();
  stand = await openStand({
    config: {
      anonymous: false,
      jwks: issuer.path,
      tokenIssuer: ISSUER,
      limits: { sweepMs: 20, authExpiringMs: EXPIRING_MS },
    },
  });
});
afterAll(async () => {
  for (const client of clients.splice(0)) client.close();
  await stand.stop();
  await issuer.close();
});

async function connect(token: string, protocol?: string): Promise<StreamClient> {
  const client = await StreamClient.open(stand.gateway.port, protocol, `?token=${token}`);
  clients.push(client);
  return client;
}

const ALL = { channels: ['*'], symbols: ['*'] };
const inSeconds = (seconds: number): number => Date.now() / 1000 + seconds;
const isExpiring = ({ code }: Wire): boolean => code === 'auth_expiring';
const auth = (client: StreamClient, id: number, token: string): Promise<Wire> =>
  client.ask({ action: 'auth', id, token });

// They wait for the end of tokens, so they wait together.
test.concurrent('the end is announced before it comes, once, and has its code', async () => {
  const late = await connect(issuer.token(ALL));
  const soon = await connect(issuer.token(ALL, { exp: inSeconds(6) }), 'tapecast.v1.protobuf');
  expect((await soon.next(isExpiring)).afterMs).toBeLessThanOrEqual(EXPIRING_MS);
  expect(await soon.closed()).toBe(4002);
  expect(soon.messages.filter(isExpiring)).toHaveLength(1);
  expect(late.messages.filter(isExpiring)).toEqual([]);
  expect(await late.ask({ action: 'ping', id: 1 })).toMatchObject({ type: 'pong' });
});

test.concurrent('it is announced at once where less is left', async () => {
  const client = await connect(issuer.token(ALL, { exp: inSeconds(3.8) }));
  const notice = await client.next(isExpiring);
  expect(client.messages.indexOf(notice)).toBe(1);
  expect(notice.after_ms).toBeLessThanOrEqual(3_800);
  expect(await client.closed()).toBe(4002);
});

test.concurrent('a renewal in time puts it off, and its own end is announced anew', async () => {
  const client = await connect(issuer.token(ALL, { exp: inSeconds(3.8) }));
  await client.next(isExpiring);
  const exp = inSeconds(6);
  expect(await auth(client, 1, issuer.token(ALL, { exp }))).toMatchObject({ type: 'success' });
  await client.until(() => client.messages.filter(isExpiring).length === 2);
  expect(await client.closed()).toBe(4002);
  expect(Date.now()).toBeGreaterThanOrEqual(Math.floor(exp * 1000));
});

test.concurrent('a token of another subject is refused, as is a bad one: the old one stays, to its own end', async () => {
  const exp = inSeconds(5);
  const client = await connect(issuer.token(ALL, { exp }));
  await client.subscribe(1, ['AAPL$US'], ['quote']);
  expect(await auth(client, 2, issuer.token(ALL, { sub: 'bob' }))).toMatchObject({ type: 'error', code: 'forbidden' });
  expect(await auth(client, 3, issuer.token(ALL, { exp: 1 }))).toMatchObject({ type: 'error', code: 'token_expired' });
  expect(await auth(client, 4, issuer.token(ALL, { aud: 'x' }))).toMatchObject({
    type: 'error',
    code: 'token_invalid',
  });
  expect((await client.ask({ action: 'query_subscribe', id: 5 })).subscriptions).toHaveLength(1);
  expect(await client.closed()).toBe(4002);
  expect(Date.now()).toBeGreaterThanOrEqual(Math.floor(exp * 1000));
});
