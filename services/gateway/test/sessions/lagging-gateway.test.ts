import type { TickLog } from '@tapecast/tick-log';
import { afterEach, expect, test } from 'vitest';
import { MarketWriter } from '../stand/market-writer.ts';
import { openStand } from '../stand/stand.ts';
import type { Wire } from '../stand/stream-client.ts';
import { closeAll, connect, numbers, open, openTwo, position, resumeOf, trade, upTo } from './coming-back.ts';

afterEach(closeAll);

test('a gateway that has just begun waits for the trades that it is reading', async () => {
  const { one } = await openTwo();
  for (let i = 0; i < 10; i++) await trade(one, 20);
  await one.market.checkpoint();
  let read: () => void = () => {};
  const reading = new Promise<void>((resolve) => {
    read = resolve;
  });
  const log = new Proxy(one.log, {
    get: (target, name) => {
      if (name === 'offsetsAt')
        return (...all: Parameters<TickLog['offsetsAt']>) => reading.then(() => target.offsetsAt(...all));
      const value = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const begun = await openStand({ beside: { ...one, log }, config: { limits: { recordsBeforeCheckpoint: 0 } } });
  open.push({ close: () => begun.stop() });
  const client = await connect(begun);
  const answer = resumeOf(client, undefined, [position('trade', one.market.epoch, 7)]);
  expect(await Promise.race([answer, new Promise((resolve) => setTimeout(resolve, 100, 'waits'))])).toBe('waits');
  read();
  expect((await answer).results).toMatchObject([{ outcome: 'resumed', from: 8 }]);
  await client.until(() => numbers(client).at(-1) === 200);
  expect(numbers(client)).toEqual(upTo(8, 200));
});

test.each([0, 20])(
  'a gateway that lags behind the store, and has read %i trades, loses none of those between',
  async (read) => {
    const { one } = await openTwo();
    await trade(one, read);
    const { log, hold, goOn } = heldBack(one.log);
    const late = await openStand({ beside: { ...one, log } });
    open.push({ close: () => late.stop() });
    await expect.poll(() => late.gateway.ready().ready).toBe(true);
    hold();
    for (let i = read; i < 200; i += 20) await trade(one, 20);
    await one.market.checkpoint();
    const client = await connect(late);
    const { results } = await resumeOf(client, undefined, [position('trade', one.market.epoch, 7)]);
    expect(results).toMatchObject([{ outcome: 'resumed', from: 8 }]);
    goOn();
    await client.until(() => numbers(client).at(-1) === 200);
    expect(numbers(client)).toEqual(upTo(8, 200));
    expect(client.messages.filter(({ code }) => code === 'hole')).toEqual([]);
  },
);

test('a gateway that lags behind the beginning of a client’s epoch tells it nothing of the one before', async () => {
  const { one } = await openTwo();
  await trade(one, 20);
  const { log, hold, goOn } = heldBack(one.log);
  const late = await openStand({ beside: { ...one, log } });
  open.push({ close: () => late.stop() });
  await expect.poll(() => late.gateway.ready().ready).toBe(true);
  hold();
  const market = await MarketWriter.open(one.log, one.state, 'test.1.9');
  await trade({ ...one, market }, 10);
  const client = await connect(late);
  const positions = [position('trade', 'test.1.9', 7), position('quote', 'test.1.9', 1)];
  const { results } = await resumeOf(client, undefined, positions);
  expect(results).toMatchObject([
    { outcome: 'resumed', from: 8, seq: 7, epoch: 'test.1.9' },
    { outcome: 'keyframe', seq: 1, epoch: 'test.1.9' },
  ]);
  goOn();
  await client.until(() => numbers(client).at(-1) === 10);
  await client.until(() => client.data('AAPL$US', 'quote').length > 0);
  expect(numbers(client)).toEqual(upTo(8, 10));
  expect(client.data('AAPL$US', 'quote').map(({ last }: Wire) => last)).toEqual([1.1]);
  expect(client.messages.filter(({ code }) => code === 'hole')).toEqual([]);
});

test('an epoch that does not come is over when all of the log was read', async () => {
  const { one } = await openTwo({ config: { limits: { resumeAheadMs: 50 } } });
  await trade(one, 6);
  const client = await connect(one);
  const answer = await resumeOf(client, undefined, [position('trade', 'test.1.9', 77)]);
  expect(answer.results).toMatchObject([{ outcome: 'resumed', from: 78, epoch: 'test.1.9' }]);
  await expect
    .poll(async () => {
      await trade(one, 1);
      return client.messages.filter(({ code }) => code === 'hole');
    })
    .toMatchObject([{ channel: 'trade', epoch: one.market.epoch }]);
  const { trade: last } = one.market.view('AAPL$US').seqs;
  await client.until(() => numbers(client).at(-1) === last);
  expect(numbers(client)).toEqual(upTo(1, last));
});

/** A log whose updates are not read between `hold` and `goOn`. */
function heldBack(of: TickLog): { log: TickLog; hold(): void; goOn(): void } {
  let release: () => void = () => {};
  let lag: Promise<void> | undefined;
  const log = new Proxy(of, {
    get: (target, name) => {
      if (name === 'read')
        return (options: Parameters<TickLog['read']>[0]) => {
          const { onRecords } = options;
          const late: typeof onRecords = (...all) =>
            lag === undefined ? onRecords(...all) : lag.then(() => onRecords(...all));
          return target.read(options.topic === 'md.updates' ? { ...options, onRecords: late } : options);
        };
      const value = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const hold = (): void => {
    lag = new Promise((resolve) => {
      release = resolve;
    });
  };
  const goOn = (): void => {
    lag = undefined;
    release();
  };
  return { log, hold, goOn };
}
