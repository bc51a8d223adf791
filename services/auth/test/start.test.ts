import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { type KeyRingStore, MarketStateError, openMemoryKeyRingStore } from '@tapecast/market-state';
import { makeCertificates } from '@tapecast/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keyEncryptionKey } from '../src/index.ts';
import { clientNamed, SECRET, type Stand, startStand } from './harness.ts';

let dir: string;
let stand: Stand | undefined;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'tapecast-auth-start-'));
  stand = undefined;
});
afterEach(async () => {
  await stand?.stop();
  rmSync(dir, { recursive: true, force: true });
});

describe('a start', () => {
  it.each([
    [{ host: '0.0.0.0' }, 'unsafe_listen', /--plaintext-beyond-loopback/],
    [{ host: '::' }, 'unsafe_listen', /as plain text/],
    [{ tlsCert: '/nowhere/cert.pem' }, 'bad_option', /belong together/],
    [{ tlsCert: '/nowhere/cert.pem', tlsKey: '/nowhere/key.pem' }, 'bad_option', /can't be used \(ENOENT\)/],
    [{ rotateEveryMs: 10_000 }, 'bad_option', /rotate every 65000 ms or more seldom/],
    [{ clientsFile: '/nowhere/clients.json' }, 'bad_option', /clients\.json can't be read \(ENOENT\)/],
  ])('with %j is refused with what to do', async (config, code, why) => {
    await expect(startStand({ config })).rejects.toMatchObject({ name: 'StartError', code });
    await expect(startStand({ config })).rejects.toThrow(why);
  });

  it.each([
    [{ secret_hashes: [] }, /secret_hashes/],
    [{ secret_hashes: ['hunter2hunter2'] }, /make one with npx tapecast client-secret/],
    [{ channels: ['nonsense'] }, /client broker: channel "nonsense" is none/],
    [{ symbols: ['AAPL'] }, /client broker: symbol "AAPL" is none/],
    [{ expires_in_max: 901 }, /expires_in_max/],
    [{ unknown: 1 }, /Unrecognized key/i],
    [{ id: 'a b' }, /expected letters, digits/],
  ])('with a client of %j is refused, without its secret', async (fields, why) => {
    const clients = [await clientNamed('broker', fields)];
    await expect(startStand({ clients })).rejects.toThrow(why);
    await expect(startStand({ clients })).rejects.not.toThrow(/hunter2/);
  });

  it('with two clients of one name is refused', async () => {
    const clients = [await clientNamed('broker'), await clientNamed('broker')];
    await expect(startStand({ clients })).rejects.toThrow(/two clients named broker/);
  });

  it('on a port that is taken says so', async () => {
    stand = await startStand();
    await expect(startStand({ config: { port: stand.auth.port } })).rejects.toMatchObject({ code: 'port_taken' });
  });

  it('with another key-encryption key than the ring’s is refused, and so is a ring that was changed', async () => {
    const store = openMemoryKeyRingStore();
    stand = await startStand({ store });
    const other = [keyEncryptionKey(randomBytes(32))];
    const wrong = startStand({ store, keyEncryptionKeys: other });
    await expect(wrong).rejects.toMatchObject({ name: 'StartError', code: 'bad_option' });
    await expect(wrong).rejects.toThrow(/the same --key-encryption-key-file/);

    const document = (await store.read())!;
    const changed = Uint8Array.from(document);
    changed[40]! ^= 1;
    await store.replace(document, changed);
    await expect(startStand({ store })).rejects.toThrow(/delete tapecast:\{auth\}:key-ring/);
  });
});

describe('TLS', () => {
  it('takes a new certificate for those who come, keeps who is there, and refuses one that is none', async () => {
    const files = await makeCertificates({ dir });
    const tls = { tlsCert: files.certificate, tlsKey: files.key };
    stand = await startStand({ config: tls });
    expect(stand.auth.url).toMatch(/^https:/);
    const ca = readFileSync(files.ca);
    const kept = new Agent({ keepAlive: true, maxSockets: 1, ca });
    const serial = (agent: Agent): Promise<string> => certificateSeen(stand!.auth.port, agent);
    const first = await serial(kept);
    await makeCertificates({ dir, renew: true });
    await expect.poll(() => serial(new Agent({ ca }))).not.toBe(first);
    expect(await serial(kept)).toBe(first);
    const second = await serial(new Agent({ ca }));
    writeFileSync(files.key, 'no key');
    await expect.poll(() => stand!.log()).toContain('certificate_refused');
    expect(await serial(new Agent({ ca }))).toBe(second);
    expect(await stand.metrics.metrics()).toMatch(/file="certificate",outcome="ok"} [1-9]/);
    kept.destroy();
  });
});

/** Serial number of the certificate on the connection that the agent used. */
function certificateSeen(port: number, agent: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path: '/.well-known/jwks.json', agent }, (response) => {
      const { serialNumber } = (response.socket as TLSSocket).getPeerCertificate();
      response.resume().once('end', () => resolve(serialNumber));
    });
    asked.once('error', reject).end();
  });
}

describe('a store that is away', () => {
  it('is waited for at the start; later tokens are issued without it', async () => {
    const store = new LeavingStore();
    store.away = true;
    const starting = startStand({ store, config: { rotateEveryMs: 3_000, tokenSecondsMax: 15 } });
    await expect.poll(() => store.refused).toBeGreaterThan(0);
    store.away = false;
    stand = await starting;
    const mine = { client_id: 'broker', client_secret: SECRET };
    expect((await stand.ask(mine)).status).toBe(200);

    store.away = true;
    await expect.poll(() => stand!.log()).toContain('key_ring_store_away');
    expect((await stand.ask(mine)).status).toBe(200);
    expect(await stand.metrics.metrics()).toMatch(/^tapecast_auth_store_up 0$/m);
    expect(stand.auth.ready()).toEqual({ ready: true, reason: '' });
    store.away = false;
    await expect.poll(() => stand!.log()).toContain('key_ring_store_back');
  });

  it('takes nothing from a ring that it can’t open, says so, and puts its own back when that is gone', async () => {
    const store = openMemoryKeyRingStore();
    stand = await startStand({ store, config: { rotateEveryMs: 3_000, tokenSecondsMax: 15 } });
    const jwks = (): Promise<string> => fetch(`${stand!.auth.url}/.well-known/jwks.json`).then((reply) => reply.text());
    const before = await jwks();
    // A rotation may be due in the same moment: again, until nobody else wrote between.
    await expect
      .poll(async () => store.replace(await store.read(), new TextEncoder().encode('nonsense')))
      .toBe('written');
    await expect.poll(() => stand!.auth.ready()).toMatchObject({ ready: false });
    expect(stand.auth.ready().reason).toMatch(/can not be opened/);
    expect(JSON.parse(before).keys).toEqual(expect.arrayContaining([JSON.parse(await jwks()).keys[0]]));
  });
});

/** The memory store, with a line to it that can be cut. */
class LeavingStore implements KeyRingStore {
  away = false;
  refused = 0;
  readonly #store = openMemoryKeyRingStore();

  read(): Promise<Uint8Array | undefined> {
    return this.#pass(() => this.#store.read());
  }

  replace(expected: Uint8Array | undefined, next: Uint8Array): Promise<'written' | 'conflict'> {
    return this.#pass(() => this.#store.replace(expected, next));
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  async #pass<T>(call: () => Promise<T>): Promise<T> {
    if (!this.away) return call();
    this.refused += 1;
    throw new MarketStateError('unavailable', 'the line is cut');
  }
}
