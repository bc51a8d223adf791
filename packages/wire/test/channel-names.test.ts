import { CHANNELS } from '@tapecast/market';
import { describe, expect, it } from 'vitest';
import { depthOf, intervalOf, parseChannel, sequenceOf } from '../src/index.ts';

describe('channel names', () => {
  it('canonical spellings are themselves', () => {
    for (const channel of CHANNELS) expect(parseChannel(channel)).toBe(channel);
  });

  it.each([
    ['trades', 'trade'],
    ['tick', 'trade'],
    ['quotes', 'quote'],
    ['depth', 'depth@20'],
    ['kline@1', 'kline@1m'],
    ['kline@2', 'kline@5m'],
    ['kline@3', 'kline@15m'],
    ['kline@4', 'kline@30m'],
    ['kline@5', 'kline@1h'],
    ['kline@8', 'kline@1d'],
  ])('%s is %s', (alias, channel) => expect(parseChannel(alias)).toBe(channel));

  it.each([
    '',
    'Trade',
    'kline',
    'kline@6',
    'kline@7',
    'kline@',
    'kline@1M',
    'depth@10',
    'depth@',
    'toString',
    '__proto__',
    'orders',
  ])('%j is none, and the answer says what is', (name) => {
    const answer = parseChannel(name);
    expect(answer).toMatchObject({ code: 'unknown_channel' });
    expect(typeof answer === 'object' && answer.msg).toMatch(/Expected|Subscribe/);
  });

  it('all depths share one sequence, and every other channel is its own', () => {
    expect(CHANNELS.map(sequenceOf)).toEqual(
      CHANNELS.map((channel) => (channel.startsWith('depth') ? 'depth' : channel)),
    );
    expect([depthOf('depth@5'), depthOf('depth@20'), depthOf('depth@50'), depthOf('trade')]).toEqual([
      5,
      20,
      50,
      undefined,
    ]);
    expect([intervalOf('kline@15m'), intervalOf('quote')]).toEqual(['15m', undefined]);
  });
});
