import { expect, it } from 'vitest';
import { SessionJournal } from '../../src/explain/session-journal.ts';

const limits = { journalEntriesMax: 100, journalMs: 300_000 };

it('tells what happened to a session, and to everybody, and to no other', () => {
  let now = 0;
  const journal = new SessionJournal(limits, () => now);
  const hello = { serverTime: 0, heartbeatMs: 15_000, limits: {} };
  now = 1;
  journal.told('s', { type: 'hello', session: 's', protocol: 'tapecast.v1.json', ...hello });
  now = 2;
  journal.told('s', {
    type: 'success',
    action: 'subscribe',
    id: 1,
    msg: '',
    results: [
      { symbol: 'A$XX', channel: 'trade', ok: true, epoch: 'e', seq: 41, intervalMs: 0 },
      { symbol: 'B$XX', channel: 'quote', ok: true, epoch: 'e', seq: 7, intervalMs: 100 },
      { symbol: 'C$XX', channel: 'trade', ok: false, code: 'forbidden', msg: '' },
    ],
  });
  now = 3;
  journal.told('other', { type: 'notice', code: 'merged', level: 1, msg: '' });
  now = 4;
  journal.told('s', { type: 'notice', code: 'merged', level: 1, msg: '' });
  now = 5;
  journal.notice('', { type: 'notice', code: 'hole', symbol: 'A$XX', channel: 'trade', range: [42, 44], msg: '' });
  now = 6;
  journal.told('s', { type: 'notice', code: 'merged', level: 0, msg: '' });
  now = 7;
  journal.told('s', { type: 'heartbeat', n: 1, serverTime: 0 });
  now = 8;
  journal.told('s', { type: 'pong', id: 1, serverTime: 0 });
  now = 9;
  journal.closed('s', 'slowConsumer');
  now = 10;
  journal.closed('s', undefined);
  const { entries } = journal.of('s');
  expect(
    entries.map(({ event, symbol, channel, first, last, text }) => [event, symbol, channel, first, last, text]),
  ).toEqual([
    ['opened', '', '', 0, 0, 'tapecast.v1.json'],
    ['subscribed', 'A$XX', 'trade', 0, 41, ''],
    ['subscribed', 'B$XX', 'quote', 0, 7, 'every 100 ms'],
    ['refused', 'C$XX', 'trade', 0, 0, 'subscribe: forbidden'],
    ['merged', '', '', 0, 0, ''],
    ['hole', 'A$XX', 'trade', 42, 44, ''],
    ['live_again', '', '', 0, 0, ''],
    ['closed', '', '', 0, 0, 'slowConsumer'],
    ['gone', '', '', 0, 0, ''],
  ]);
});

it('keeps a bounded number of entries for a bounded time, and says since when it knows all', () => {
  let now = 0;
  const journal = new SessionJournal(limits, () => now);
  const note = (last: number): void => {
    now = last;
    journal.note('s', 'error', { last });
  };
  const at = (ms: number): SessionJournal => {
    now = ms;
    return journal;
  };
  for (let i = 1; i <= 99; i += 1) note(i);
  expect(at(300_000).of('s').sinceMs).toBe(0);
  for (let i = 100; i <= 250; i += 1) note(i);
  expect(journal.size).toBe(100);
  const { entries, sinceMs } = at(300_000).of('s');
  expect(entries.map(({ last }) => last)).toEqual(Array.from({ length: 100 }, (_, i) => 151 + i));
  expect(sinceMs).toBe(151);
  expect(
    at(300_200)
      .of('s')
      .entries.map(({ last }) => last),
  ).toEqual(Array.from({ length: 51 }, (_, i) => 200 + i));
});

it('follows a session over the connections that took it up', () => {
  const journal = new SessionJournal(limits, () => 1);
  journal.note('old', 'subscribed', { symbol: 'A$XX', channel: 'trade', last: 7 });
  journal.note('old', 'gone');
  journal.note('new', 'opened');
  journal.note('new', 'took_over', { text: 'old' });
  journal.note('other', 'opened');
  expect(journal.of('old').entries.map(({ session, event }) => `${session} ${event}`)).toEqual([
    'old subscribed',
    'old gone',
    'new opened',
    'new took_over',
  ]);
});
