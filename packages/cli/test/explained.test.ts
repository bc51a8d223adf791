import { expect, it } from 'vitest';
import { type SessionReport, timeline, verdict } from '../src/explained.ts';

const at = Date.UTC(2026, 0, 2, 12, 0, 0);
const open: SessionReport = {
  session: 's',
  connection: {
    protocol: 'protobuf',
    openedAt: at,
    subject: null,
    unreadBytes: 0,
    merged: false,
    subscriptions: [
      { symbol: 'A$XX', partition: 3, channel: 'trade', interval_ms: 0, epoch: 'e', told: 100 },
      { symbol: 'A$XX', partition: 3, channel: 'quote', interval_ms: 250, epoch: 'e', told: 900 },
    ],
  },
  since: at - 300_000,
  events: [
    { at, event: 'opened', text: 'tapecast.v1.protobuf' },
    { at: at + 10, event: 'subscribed', symbol: 'A$XX', channel: 'trade', seq: 41 },
    { at: at + 10, event: 'subscribed', symbol: 'A$XX', channel: 'quote', seq: 700 },
    { at: at + 10, event: 'refused', symbol: 'B$XX', channel: 'trade', text: 'subscribe: forbidden' },
    { at: at + 20, event: 'hole', symbol: 'A$XX', channel: 'trade', range: [50, 53] },
  ],
};
const about = (symbol: string, channel: string, seq?: number) => verdict(open, { symbol, channel, seq }).join(' ');

it('says why a client did not get an update', () => {
  expect(about('A$XX', 'trade', 41)).toMatch(/joined at 41 .* was before that/);
  expect(about('A$XX', 'trade', 42)).toMatch(/in partition 3 of the log. It was told: 42/);
  expect(about('A$XX', 'trade', 52)).toMatch(/50 to 53 are missing: 52 is one of them/);
  expect(about('A$XX', 'trade', 101)).toMatch(/told nothing past 100/);
  expect(about('A$XX', 'quote', 800)).toMatch(/It was told: 800 .* 250 ms/);
  expect(about('B$XX', 'trade', 1)).toMatch(/refused: subscribe: forbidden/);
  expect(about('C$XX', 'trade', 1)).toMatch(/has not subscribed trade of C\$XX/);
  expect(about('A$XX', 'trade')).toBe('');
});

it('says what became of the client itself', () => {
  const merged = { ...open, events: [...open.events, { at: at + 30, event: 'merged' }] };
  expect(verdict(merged, { symbol: 'A$XX', channel: 'trade', seq: 90 }).join(' ')).toMatch(/does not read/);
  const back = { ...merged, events: [...merged.events, { at: at + 40, event: 'live_again' }] };
  expect(verdict(back, { symbol: 'A$XX', channel: 'trade', seq: 90 }).join(' ')).not.toMatch(/does not read/);
  const stale = {
    ...open,
    events: [...open.events, { at: at + 30, event: 'status', symbol: 'A$XX', text: 'stale: no venue' }],
  };
  expect(verdict(stale, { symbol: 'A$XX', channel: 'trade', seq: 101 }).join(' ')).toMatch(
    /last told to be stale: no venue/,
  );
  const closed = {
    ...open,
    connection: undefined,
    events: [...open.events, { at: at + 50, event: 'closed', text: 'slowConsumer' }],
  };
  expect(verdict(closed, { symbol: 'A$XX', channel: 'trade', seq: 90 }).join(' ')).toMatch(
    /closed its connection at 12:00:00.050: slowConsumer/,
  );
  const gone = { ...open, connection: undefined, events: [...open.events, { at: at + 50, event: 'gone' }] };
  expect(verdict(gone, { symbol: 'A$XX', channel: 'trade', seq: 90 }).join(' ')).toMatch(/not closed by the gateway/);
});

it('says of a number that may have been sent before the end that this is not known', () => {
  const gone = { ...open, connection: undefined, events: [...open.events, { at: at + 50, event: 'gone' }] };
  const said = (seq: number) => verdict(gone, { symbol: 'A$XX', channel: 'trade', seq }).join(' ');
  expect(said(60)).toMatch(/whether 60 was sent before that is not kept/);
  expect(said(52)).toMatch(/52 is one of them/);
  const left = { at: at + 40, event: 'unsubscribed', symbol: 'A$XX', channel: 'trade', seq: 70 };
  const unsubscribed = {
    ...open,
    connection: { ...open.connection!, subscriptions: [] },
    events: [...open.events, left],
  };
  const then = (seq: number) => verdict(unsubscribed, { symbol: 'A$XX', channel: 'trade', seq }).join(' ');
  expect(then(60)).toMatch(/It was told: 60/);
  expect(then(71)).toMatch(/71 came after it had unsubscribed/);
});

it('writes a line an event', () => {
  expect(timeline(open)).toEqual([
    'open since 12:00:00.000, protobuf, anonymous, 2 subscriptions, 0 bytes unread',
    'everything since 11:55:00.000:',
    '12:00:00.000 opened tapecast.v1.protobuf',
    '12:00:00.010 subscribed A$XX trade at 41',
    '12:00:00.010 subscribed A$XX quote at 700',
    '12:00:00.010 refused B$XX trade subscribe: forbidden',
    '12:00:00.020 hole A$XX trade 50..53',
  ]);
});
