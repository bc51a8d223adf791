import { openMemorySessionStore } from '@tapecast/market-state';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { binary, text } from './fuzz/nonsense.ts';
import { openStand, type Stand } from './stand/stand.ts';
import { StreamClient } from './stand/stream-client.ts';

/** 10,000 frames of nonsense, half of them text and half binary, while another client must not notice anything. */

const FRAMES = 10_000;
let stand: Stand;
const clients: StreamClient[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await stand.stop();
});

test(`${FRAMES} frames of nonsense, and a good client notices nothing`, async () => {
  const seed = Date.now() % 2 ** 31;
  console.log(`fuzz seed ${seed}`);
  stand = await openStand({
    sessions: openMemorySessionStore(),
    config: { limits: { messagesBurst: 1e6, messagesPerSecond: 1e6, badMessagesMax: 1e6 } },
  });
  const { market, gateway } = stand;
  market.trade('AAPL$US', 1);
  market.depth('AAPL$US', [1, 1], [2, 2], true);
  await market.write();
  const good = await StreamClient.open(gateway.port, 'tapecast.v1.protobuf');
  clients.push(good);
  await good.subscribe(1, ['AAPL$US'], ['trade', 'depth']);
  const frames = fc.sample(fc.oneof(text, binary), { seed, numRuns: FRAMES });
  let fuzzers: StreamClient[] = [];
  let sent = 1;
  for (const [i, frame] of frames.entries()) {
    if (i % 500 === 0) {
      for (const one of fuzzers) one.close();
      fuzzers = [await StreamClient.open(gateway.port), await StreamClient.open(gateway.port, 'tapecast.v1.protobuf')];
      clients.push(...fuzzers);
      market.trade('AAPL$US', ++sent);
      await market.write();
    }
    // Text mostly to the JSON client and binary to the other, but not only.
    const target = fuzzers[(typeof frame === 'string' ? 0 : 1) ^ (i % 10 === 0 ? 1 : 0)] as StreamClient;
    if (target.socket.readyState === target.socket.OPEN) target.socket.send(frame);
    if (i % 500 === 499) for (const one of fuzzers) await one.ask({ action: 'ping', id: 'after' });
  }
  await good.until(() => good.messages.at(-1)?.range?.[1] === sent);
  expect(
    good
      .data('AAPL$US', 'trade')
      .slice(1)
      .map((one) => one.range[0]),
  ).toEqual(Array.from({ length: sent - 1 }, (_, i) => i + 2));
  expect((await good.ask({ action: 'ping', id: 2 })).type).toBe('pong');
  expect(good.closeCode).toBeUndefined();
  expect(await stand.metrics.getSingleMetric('tapecast_gateway_flush_failures_total')?.get()).toMatchObject({
    values: [{ value: 0 }],
  });
});
