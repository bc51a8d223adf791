import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parseJsonClientMessage } from '@tapecast/wire';
import { expect, it } from 'vitest';
import { SessionJournal } from '../../src/explain/session-journal.ts';
import { failure } from '../../src/protocol/resolve.ts';

const limits = { journalEntriesMax: 100, journalTextMax: 128, journalMs: 300_000 };

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

it('knows nothing of the time before it was begun', () => {
  let now = 200_000;
  const journal = new SessionJournal(limits, () => now);
  now = 250_000;
  expect(journal.of('s').sinceMs).toBe(200_000);
  now = 600_000;
  expect(journal.of('s').sinceMs).toBe(300_000);
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

it('keeps of a name that a client made up no more than it shows', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const journal = new SessionJournal({ ...limits, journalEntriesMax: 1_000 }, () => 1);
  const refuse = (i: number): void => {
    const text = JSON.stringify({ action: 'subscribe', symbols: [`${i}`.padEnd(200_000, 'x')], channels: ['quote'] });
    const message = parseJsonClientMessage(text);
    const [name] = 'symbols' in message ? message.symbols : [];
    const why = { code: 'unknown_symbol', msg: '' } as const;
    // As `resolvePairs` shows it.
    const results = [failure((name as string).slice(0, 64), 'quote', why)];
    journal.told('s', { type: 'success', action: 'subscribe', id: 1, msg: '', results });
  };
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let i = 0; i < 400; i++) refuse(i);
  collect();
  // All that was sent has 80 MB.
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(20e6);
  expect(journal.of('s').entries.at(-1)?.symbol).toBe('399'.padEnd(64, 'x'));
  const reason = 'r'.repeat(1_000);
  journal.told('s', { type: 'status', symbol: 'A$XX', state: 'stale', since: 0, source: '', reason });
  expect(journal.of('s').entries.at(-1)?.text).toBe(`stale: ${'r'.repeat(121)}`);
});
