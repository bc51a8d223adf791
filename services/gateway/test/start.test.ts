import { openMemoryMarketState } from '@tapecast/market-state';
import { createLogger, createRegistry } from '@tapecast/service-kit';
import { openMemoryTickLog } from '@tapecast/tick-log';
import { expect, test } from 'vitest';
import { DEFAULT_LIMITS, type GatewayConfig, startGateway } from '../src/index.ts';
import { limitsDisagree } from '../src/limits.ts';

const start = (config: GatewayConfig) =>
  startGateway({
    config,
    log: openMemoryTickLog({ partitions: 1 }),
    state: openMemoryMarketState(),
    logger: createLogger('gateway', 'silent'),
    metrics: createRegistry(),
  });

test('without keys and without --anonymous nobody could be let in: it refuses to start', async () => {
  await expect(start({ host: '127.0.0.1', port: 0, anonymous: false })).rejects.toMatchObject({
    code: 'unsafe_listen',
    message: expect.stringContaining('--anonymous'),
  });
});

test('beyond loopback anonymous needs to be said in so many words', async () => {
  await expect(start({ host: '0.0.0.0', port: 0, anonymous: true })).rejects.toMatchObject({
    code: 'unsafe_listen',
    message: expect.stringContaining('--anonymous-beyond-loopback'),
  });
});

test('a taken port ends the start and names the option', async () => {
  const first = await start({ host: '127.0.0.1', port: 0, anonymous: true });
  await expect(start({ host: '127.0.0.1', port: first.port, anonymous: true })).rejects.toMatchObject({
    code: 'port_taken',
    message: expect.stringContaining('--port'),
  });
  await first.stop();
});

test('limits that contradict each other are refused', async () => {
  expect(limitsDisagree(DEFAULT_LIMITS)).toBeUndefined();
  await expect(
    start({ host: '127.0.0.1', port: 0, anonymous: true, limits: { socketBytesMax: 10 } }),
  ).rejects.toMatchObject({ code: 'bad_option' });
});

test.each([
  [{ jwks: '/nowhere/jwks.json', tokenIssuer: 'x' }, /--jwks: .*nowhere.*ENOENT/],
  [{ jwks: '/nowhere/jwks.json' }, /--token-issuer/],
  [{ tokenIssuer: 'x', anonymous: true }, /--jwks/],
  [{ jwks: 'http://issuer.test/jwks', tokenIssuer: 'x' }, /--jwks: .*https/],
])('keys that can not be used end the start and name the option: %j', async (config, words) => {
  await expect(start({ host: '127.0.0.1', port: 0, anonymous: false, ...config })).rejects.toMatchObject({
    code: 'bad_option',
    message: expect.stringMatching(words),
  });
});
