import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { clusterSchema } from '../../src/cluster/config.ts';
import { checkToken, dropSecrets } from '../../src/cluster/preconditions.ts';
import {
  gatewayArguments,
  ingestArguments,
  type PartAddresses,
  secretsOf,
  venueArguments,
} from '../../src/cluster/service-plan.ts';

const parts: PartAddresses = {
  kafka: ['127.0.0.1:1'],
  redis: ['127.0.0.1:2', '127.0.0.1:3'],
  venue: undefined,
  stream: 'ws://127.0.0.1:8080/v1/stream',
  jwks: undefined,
};
const COMMON =
  '--host 127.0.0.1 --admin-port 9 --log-level info --kafka 127.0.0.1:1 --redis 127.0.0.1:2,127.0.0.1:3 --partitions 4 --replication 1';

describe('ingest', () => {
  it('is told the seed and rate of a simulated market', () => {
    const config = clusterSchema.parse({ seed: 7, rate: 100 });
    expect(ingestArguments(config, parts, 9, 's').join(' ')).toBe(
      `${COMMON} --spool-dir s --feed simulated --seed 7 --rate 100`,
    );
  });

  it('speaks to the real venue by its wall clock', () => {
    const config = clusterSchema.parse({ feed: 'binance', symbols: ['BTCUSDT', 'ETHUSDT'] });
    expect(ingestArguments(config, parts, 9, 's').join(' ')).toBe(
      `${COMMON} --spool-dir s --feed binance --symbols BTCUSDT,ETHUSDT`,
    );
  });

  it('has the key of iTick in its environment, alone and never on its command line', () => {
    const config = clusterSchema.parse({
      feed: 'itick',
      token: 'the-key',
      symbols: ['AAPL$US'],
      itickWs: 'ws://127.0.0.1:7',
      itickTypes: ['tick'],
    });
    expect(ingestArguments(config, parts, 9, 's').join(' ')).toBe(
      `${COMMON} --spool-dir s --feed itick --itick-ws ws://127.0.0.1:7 --itick-types tick --symbols AAPL$US`,
    );
    expect(secretsOf(config, 'ingest')).toEqual({ TAPECAST_ITICK_TOKEN: 'the-key' });
    for (const role of ['venue', 'compute', 'auth', 'gateway'] as const) expect(secretsOf(config, role)).toEqual({});
    expect(ingestArguments(clusterSchema.parse({ feed: 'itick', tokenFile: 'key' }), parts, 9, 's').join(' ')).toBe(
      `${COMMON} --spool-dir s --feed itick --itick-token-file ${resolve('key')}`,
    );
  });

  it("of iTick alone has the key that came in the launcher's environment", () => {
    const env = { TAPECAST_TOKEN: 'a', TAPECAST_ITICK_TOKEN: 'b', PATH: 'c' };
    dropSecrets(env);
    expect(env).toEqual({ PATH: 'c' });
  });

  it('of iTick needs a key before anything is started', () => {
    const check = (options: object) => () => checkToken(clusterSchema.parse(options));
    expect(check({ feed: 'itick' })).toThrow(/needs the key of an iTick plan: --token <key>/);
    expect(check({ feed: 'itick', tokenFile: 'no-such-file' })).toThrow(/there is no file no-such-file/);
    expect(check({ feed: 'itick', token: 'a', tokenFile: 'b' })).toThrow(/leave one out/);
    expect(check({ feed: 'itick', token: 'a' })).not.toThrow();
    expect(check({})).not.toThrow();
  });

  it('speaks to the venue server of a replay as to the venue, by the clock of its pings', () => {
    const config = clusterSchema.parse({ feed: 'replay', recording: ['a'] });
    const venue = { venue: 'binance', symbols: ['BTCUSDT'], port: 8 } as const;
    expect(ingestArguments(config, { ...parts, venue }, 9, 's').join(' ')).toBe(
      `${COMMON} --spool-dir s --feed binance --binance-ws ws://127.0.0.1:8 --binance-rest http://127.0.0.1:8 --clock ping`,
    );
  });

  it('is told the symbols of a recording that is played as iTick, or those of them that are wanted', () => {
    const venue = { venue: 'itick', symbols: ['IBM$US', 'BAC$US'], port: 8 } as const;
    const itick = `${COMMON} --spool-dir s --feed itick --itick-ws ws://127.0.0.1:8 --itick-token replay`;
    const all = clusterSchema.parse({ feed: 'replay', recording: ['a'] });
    expect(ingestArguments(all, { ...parts, venue }, 9, 's').join(' ')).toBe(
      `${itick} --symbols IBM$US,BAC$US --clock ping`,
    );
    const some = clusterSchema.parse({ feed: 'replay', recording: ['a'], symbols: ['BAC$US'] });
    expect(ingestArguments(some, { ...parts, venue }, 9, 's').join(' ')).toBe(`${itick} --symbols BAC$US --clock ping`);
  });
});

describe('the venue server', () => {
  it('waits for the launcher’s ready line', () => {
    const config = clusterSchema.parse({ feed: 'replay', recording: ['a', '/b'], speed: 'max' });
    expect(venueArguments(config, 8, 9).join(' ')).toBe(
      `--port 8 --admin-port 9 --recording ${resolve('a')},/b --paused --speed max`,
    );
  });

  it('is told a rate instead of a speed, and the seed of its clones', () => {
    const config = clusterSchema.parse({ feed: 'replay', recording: ['/b'], rate: 5_000, clones: 49, seed: 3 });
    expect(venueArguments(config, 8, 9).join(' ')).toBe(
      '--port 8 --admin-port 9 --recording /b --paused --rate 5000 --clones 49 --seed 3',
    );
  });
});

it('opens gateways to anyone, on loopback', () => {
  expect(gatewayArguments(clusterSchema.parse({}), parts, 8, 9, 'd').join(' ')).toBe(
    `${COMMON} --port 8 --public-url ws://127.0.0.1:8080/v1/stream --data-dir d --anonymous --trusted-proxies 127.0.0.1`,
  );
});

it('has gateways serve on threads where there are to be several', () => {
  const words = (gatewayThreads: number): string =>
    gatewayArguments(clusterSchema.parse({ gatewayThreads }), parts, 8, 9, 'd').join(' ');
  expect(words(1)).not.toContain('--threads');
  expect(words(3)).toContain('/v1/stream --data-dir d --threads 3 ');
});
