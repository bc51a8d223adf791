import type { ErrorMessage, SubscriptionResult } from '@tapecast/wire';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type ClientEvents, TapecastClient, type TapecastClientOptions } from '../src/index.ts';
import { type ScriptedConnection, ScriptedGateway } from './scripted-gateway.ts';

let gateway: ScriptedGateway;
let clients: TapecastClient[];
/** Everything that any client told, as text: no token may be in it. */
let told: string[];
const unhandled: unknown[] = [];
const onUnhandled = (reason: unknown): void => {
  unhandled.push(reason);
};

beforeEach(async () => {
  gateway = await ScriptedGateway.start();
  clients = [];
  told = [];
  unhandled.length = 0;
  process.on('unhandledRejection', onUnhandled);
});

afterEach(async () => {
  vi.useRealTimers();
  for (const client of clients) client.close();
  await gateway.stop();
  process.off('unhandledRejection', onUnhandled);
  expect(unhandled).toEqual([]);
  expect(told.join('\n')).not.toMatch(/eyJ|secret/);
});

/** Looks like a JWT; nothing here checks it. */
const jwt = (name: string): string => `eyJhbGciOiJFZERTQSJ9.${name}.c2lnbmF0dXJl`;

/** A client whose retries come at once. */
function connect(options: Partial<TapecastClientOptions>) {
  const client = new TapecastClient({ url: gateway.url, random: () => 0, ...options });
  clients.push(client);
  const log: [keyof ClientEvents, ClientEvents[keyof ClientEvents]][] = [];
  const waiters = new Set<() => void>();
  for (const name of ['state', 'auth', 'authFailed', 'rejected', 'fault', 'notice', 'trade'] as const) {
    client.on(name, (event) => {
      log.push([name, event]);
      told.push(`${name} ${JSON.stringify(event)} ${'error' in event ? String(event.error) : ''}`);
      for (const waiter of waiters) waiter();
    });
  }
  const all = <K extends keyof ClientEvents>(name: K) =>
    log.filter(([kind]) => kind === name).map(([, event]) => event as ClientEvents[K]);
  /** The nth event of a kind, as soon as it is there. */
  const nth = <K extends keyof ClientEvents>(name: K, n = 1): Promise<ClientEvents[K]> =>
    new Promise((resolve) => {
      const look = () => {
        const event = all(name)[n - 1];
        if (event === undefined) return;
        waiters.delete(look);
        resolve(event);
      };
      waiters.add(look);
      look();
    });
  client.connect();
  return { client, all, nth };
}

/** Tokens in order; the last one again and again. */
function source(...tokens: string[]) {
  let asked = 0;
  return {
    get asked() {
      return asked;
    },
    token: () => tokens[Math.min(asked++, tokens.length - 1)] ?? '',
  };
}

/** Takes the `auth` that comes next, and answers it. */
async function takeAuth(connection: ScriptedConnection, results?: SubscriptionResult[]): Promise<string> {
  const message = await connection.next();
  if (message.action !== 'auth') throw new Error(`expected auth, got ${message.action}`);
  const { id, token } = message;
  connection.send({ type: 'success', action: 'auth', id, msg: 'You are somebody', ...(results && { results }) });
  return token;
}

async function refuseAuth(
  connection: ScriptedConnection,
  code: ErrorMessage['code'],
  temporary = false,
): Promise<string> {
  const message = await connection.next();
  if (message.action !== 'auth') throw new Error(`expected auth, got ${message.action}`);
  // A gateway of ours never repeats a token; one that did would not make the client tell it.
  const msg = `no: ${message.token}`;
  connection.send({ type: 'error', action: 'auth', id: message.id, code, msg, temporary, retryAfterMs: null });
  return message.token;
}

const expiring = (afterMs: number) => ({
  type: 'notice' as const,
  code: 'auth_expiring' as const,
  afterMs,
  msg: 'soon',
});

describe.each(['protobuf', 'json'] as const)('over %s', (protocol) => {
  it('shows the token first, and asks for nothing before it is taken', async () => {
    const kit = connect({ protocol, token: jwt('a') });
    const subscribed = kit.client.subscribe(['AAPL$US'], ['trade']);
    const connection = await gateway.next();
    expect(connection.url).not.toContain('token');
    connection.hello();
    const auth = await connection.next();
    expect(auth).toMatchObject({ action: 'auth', token: jwt('a') });
    expect([connection.unread, kit.client.state]).toEqual([0, 'connecting']);
    connection.send({ type: 'success', action: 'auth', id: auth.id, msg: '' });
    connection.grant(await connection.next(), 0);
    expect(await subscribed).toMatchObject([{ ok: true }]);
    expect(kit.all('auth')).toEqual([{ renewed: false }]);
    expect(kit.client.state).toBe('open');
  });

  it('renews in the same connection, and says what the new token takes away', async () => {
    const { token } = source(jwt('a'), jwt('b'), jwt('c'));
    const kit = connect({ protocol, token: async () => token() });
    const first = await gateway.next();
    first.hello();
    expect(await takeAuth(first)).toBe(jwt('a'));
    const subscribed = kit.client.subscribe(['AAPL$US', '700$HK'], ['trade']);
    first.grant(await first.next(), 0);
    await subscribed;
    first.send(expiring(60_000), expiring(60_000));
    const lost = { symbol: '700$HK', channel: 'trade', ok: false, code: 'forbidden' as const, msg: 'not any more' };
    expect(await takeAuth(first, [lost])).toBe(jwt('b'));
    expect(await kit.nth('rejected')).toEqual({
      symbol: '700$HK',
      channel: 'trade',
      code: 'forbidden',
      msg: 'not any more',
    });
    expect(kit.all('auth')).toEqual([{ renewed: false }, { renewed: true }]);
    expect(first.unread).toBe(0);
    // It is not asked for on the next connection, which begins with a token of its own.
    first.cut();
    const second = await gateway.next();
    second.hello();
    expect(await takeAuth(second)).toBe(jwt('c'));
    expect(await second.next()).toMatchObject({ action: 'subscribe', symbols: ['AAPL$US'] });
  });

  it('4002: another token, another connection', async () => {
    const kit = connect({ protocol, token: source(jwt('a'), jwt('b')).token });
    const first = await gateway.next();
    first.hello();
    await takeAuth(first);
    first.close(4002);
    const second = await gateway.next();
    second.hello();
    expect(await takeAuth(second)).toBe(jwt('b'));
    await kit.nth('auth', 2);
    expect(kit.all('authFailed')).toMatchObject([{ code: 'token_expired', retryInMs: 0 }]);
    expect(kit.all('state').map(({ state }) => state)).toEqual(['connecting', 'open', 'reconnecting', 'open']);
  });

  it('a token that is refused: tried again only with another one', async () => {
    const kit = connect({ protocol, token: source(jwt('a'), jwt('b'), jwt('b')).token });
    const waiting = kit.client.subscribe(['AAPL$US'], ['trade']);
    const closed = expect(waiting).rejects.toMatchObject({ code: 'closed' });
    for (const expected of [jwt('a'), jwt('b')]) {
      const connection = await gateway.next();
      connection.hello();
      expect(await refuseAuth(connection, 'token_invalid')).toBe(expected);
    }
    await closed;
    expect(kit.all('authFailed')).toEqual([
      { code: 'token_invalid', msg: 'no: …', renewal: false, retryInMs: 0 },
      { code: 'token_invalid', msg: 'no: …', renewal: false, retryInMs: 0 },
      {
        code: 'token_source',
        msg: 'The token source gave again the token that the gateway refused',
        renewal: false,
        retryInMs: undefined,
      },
    ]);
    expect(kit.client.state).toBe('closed');
  });

  it('no token where one is needed: told so, and no more', async () => {
    const kit = connect({ protocol });
    const connection = await gateway.next();
    connection.hello();
    const waiting = kit.client.subscribe(['AAPL$US'], ['trade']);
    const closed = expect(waiting).rejects.toMatchObject({ code: 'closed' });
    const { id } = await connection.next();
    connection.send({
      type: 'error',
      action: 'subscribe',
      id,
      code: 'unauthorized',
      msg: 'send auth',
      temporary: false,
      retryAfterMs: null,
    });
    await closed;
    expect(kit.all('authFailed')).toEqual([
      { code: 'unauthorized', msg: 'send auth', renewal: false, retryInMs: undefined },
    ]);
    expect(kit.all('state').at(-1)).toMatchObject({ state: 'closed', code: 4001 });
  });
});

describe('the first login', () => {
  it('a fixed token that is refused ends it', async () => {
    const kit = connect({ token: jwt('a') });
    const connection = await gateway.next();
    connection.hello();
    await refuseAuth(connection, 'token_expired');
    expect(await kit.nth('authFailed')).toMatchObject({ code: 'token_expired', retryInMs: undefined });
    expect(await kit.nth('state', 2)).toMatchObject({ state: 'closed', code: 4002 });
  });

  it('keys that the gateway can not get: the same token again', async () => {
    const kit = connect({ token: jwt('a') });
    const first = await gateway.next();
    first.hello();
    await refuseAuth(first, 'unavailable', true);
    const second = await gateway.next();
    second.hello();
    expect(await takeAuth(second)).toBe(jwt('a'));
    await kit.nth('auth');
    expect(kit.all('authFailed')).toMatchObject([{ code: 'unavailable', retryInMs: 0 }]);
  });

  it('a token that does not allow the connection ends it, also where the source has others', async () => {
    const kit = connect({ token: source(jwt('a'), jwt('b')).token });
    const connection = await gateway.next();
    connection.hello();
    await refuseAuth(connection, 'forbidden');
    expect(await kit.nth('authFailed')).toMatchObject({ code: 'forbidden', retryInMs: undefined });
    expect(await kit.nth('state', 2)).toMatchObject({ state: 'closed', code: 4003 });
  });

  it('a token in the address, where asked for: taken with hello', async () => {
    const kit = connect({ token: jwt('a'), tokenIn: 'query', protocol: 'json' });
    const connection = await gateway.next();
    expect(connection.url).toBe(`/v1/stream?numbers=string&token=${jwt('a')}`);
    connection.hello();
    expect(await kit.nth('auth')).toEqual({ renewed: false });
    expect(connection.unread).toBe(0);
  });

  it('a token in the address that is refused: the error says why, whether hello came or not', async () => {
    const kit = connect({ token: source(jwt('a'), jwt('b')).token, tokenIn: 'query' });
    const refused = {
      type: 'error',
      action: 'auth',
      id: null,
      msg: 'm',
      temporary: false,
      retryAfterMs: null,
    } as const;
    const first = await gateway.next();
    first.hello();
    first.send({ ...refused, code: 'token_not_yet_valid' });
    first.close(4001);
    const second = await gateway.next();
    second.send({ ...refused, code: 'token_expired' });
    second.close(4002);
    await kit.nth('authFailed', 3);
    expect(
      kit
        .all('authFailed')
        .map(({ code }) => code)
        .slice(0, 2),
    ).toEqual(['token_not_yet_valid', 'token_expired']);
  });
});

describe('a token source that fails', () => {
  it.each([
    [
      'throws at once',
      () => {
        throw new Error(`503 for {"client":"me","access_token":"${jwt('secret')}"}`);
      },
      /The token source failed: 503 for .*…/,
    ],
    ['rejects', () => Promise.reject(new Error('no network')), /The token source failed: no network/],
    ['rejects with a text', () => Promise.reject('no network'), /The token source failed: no network/],
    ['gives an empty text', () => '', /gave an empty text, expected the text of a token/],
    ['gives no text', () => undefined as unknown as string, /gave undefined, expected the text of a token/],
  ])('%s: told, and asked again', async (_, failing, msg) => {
    let asked = 0;
    const kit = connect({ token: () => (asked++ < 2 ? failing() : jwt('a')) });
    const connection = await gateway.next();
    connection.hello();
    await takeAuth(connection);
    await kit.nth('auth');
    const failures = kit.all('authFailed');
    expect(failures).toHaveLength(2);
    for (const failure of failures) {
      expect(failure).toMatchObject({ code: 'token_source', retryInMs: 0, msg: expect.stringMatching(msg) });
    }
    expect(kit.all('state').map(({ state }) => state)).toEqual(['connecting', 'reconnecting', 'reconnecting', 'open']);
  });

  it('hangs: given up after 10 s, and asked again', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    let asked = 0;
    const kit = connect({ token: () => (asked++ === 0 ? new Promise<string>(() => {}) : jwt('a')) });
    await vi.advanceTimersByTimeAsync(9_999);
    expect(kit.all('authFailed')).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(kit.all('authFailed')).toEqual([
      { code: 'token_source', msg: 'The token source gave no token within 10000 ms', renewal: false, retryInMs: 0 },
    ]);
    await vi.advanceTimersByTimeAsync(1);
    vi.useRealTimers();
    const connection = await gateway.next();
    connection.hello();
    expect(await takeAuth(connection)).toBe(jwt('a'));
  });

  it('is closed while it is asked: no connection comes of it', async () => {
    let give: (token: string) => void = () => {};
    const kit = connect({ token: () => new Promise<string>((resolve) => (give = resolve)) });
    await Promise.resolve();
    kit.client.close();
    give(jwt('a'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(kit.all('state').map(({ state }) => state)).toEqual(['connecting', 'closed']);
    const other = connect({ token: jwt('b') });
    const connection = await gateway.next();
    connection.hello();
    expect(await takeAuth(connection)).toBe(jwt('b'));
    await other.nth('auth');
  });

  it('gives again the token that expired: asked until it has another, and the gateway is left alone', async () => {
    const tokens = source(jwt('a'), jwt('a'), jwt('a'), jwt('b'));
    const kit = connect({ token: tokens.token });
    const first = await gateway.next();
    first.hello();
    await takeAuth(first);
    first.close(4002);
    const second = await gateway.next();
    second.hello();
    expect(await takeAuth(second)).toBe(jwt('b'));
    expect(kit.all('authFailed').map(({ code }) => code)).toEqual(['token_expired', 'token_source', 'token_source']);
  });
});

describe('a renewal that fails', () => {
  it('is tried again until the token expires; the connection lives', async () => {
    let asked = 0;
    const tokens = [
      () => jwt('a'),
      () => Promise.reject(new Error('away')),
      // The one that is about to expire is not worth a message.
      () => jwt('a'),
      () => jwt('b'),
      () => jwt('c'),
    ];
    const kit = connect({ token: () => tokens[asked++]?.() ?? '' });
    const connection = await gateway.next();
    connection.hello();
    await takeAuth(connection);
    connection.send(expiring(60_000));
    expect(await refuseAuth(connection, 'unavailable', true)).toBe(jwt('b'));
    expect(await takeAuth(connection)).toBe(jwt('c'));
    await kit.nth('auth', 2);
    expect(kit.all('authFailed')).toEqual([
      { code: 'token_source', msg: 'The token source failed: away', renewal: true, retryInMs: 250 },
      {
        code: 'token_source',
        msg: 'The token source gave again the token that is about to expire',
        renewal: true,
        retryInMs: 500,
      },
      { code: 'unavailable', msg: 'no: …', renewal: true, retryInMs: 1_000 },
    ]);
    expect(kit.all('state').map(({ state }) => state)).toEqual(['connecting', 'open']);
  });

  it('is not tried again when the token expires before', async () => {
    let asked = 0;
    const kit = connect({ token: () => (asked++ === 0 ? jwt('a') : '') });
    const connection = await gateway.next();
    connection.hello();
    await takeAuth(connection);
    connection.send(expiring(100));
    expect(await kit.nth('authFailed')).toMatchObject({ code: 'token_source', retryInMs: undefined });
    expect(kit.client.state).toBe('open');
  });

  it('is left alone with a fixed token: there is no other', async () => {
    const kit = connect({ token: jwt('a') });
    const connection = await gateway.next();
    connection.hello();
    await takeAuth(connection);
    connection.send(expiring(60_000));
    await kit.nth('notice');
    const ping = kit.client.ping();
    const { action, id } = await connection.next();
    expect(action).toBe('ping');
    connection.send({ type: 'pong', id, serverTime: 1 });
    await ping;
    expect(kit.all('authFailed')).toEqual([]);
  });
});

describe('a connection that can not be made', () => {
  it('an address that is none is the caller’s fault, and is not repeated', () => {
    const client = new TapecastClient({ url: `ftp://x/?token=${jwt('secret')}` });
    expect(() => client.connect()).toThrow(/expected wss:/);
    expect(client.state).toBe('idle');
  });

  it('a WebSocket that throws with the whole address: told without it, and tried again', async () => {
    class Forbidden {
      constructor(url: string) {
        throw new Error(`not allowed: ${url}`);
      }
    }
    const kit = connect({
      token: jwt('secret'),
      tokenIn: 'query',
      webSocket: Forbidden as unknown as NonNullable<TapecastClientOptions['webSocket']>,
    });
    expect((await kit.nth('fault', 2)).error.message).toMatch(/does not allow a connection/);
  });
});
