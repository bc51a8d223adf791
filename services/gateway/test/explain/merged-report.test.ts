import { expect, it } from 'vitest';
import { mergedReport } from '../../src/explain/merged-report.ts';
import type { SessionReport, WrittenEvent } from '../../src/explain/session-report.ts';

const connection: NonNullable<SessionReport['connection']> = {
  protocol: 'json',
  openedAt: 1_000,
  subject: null,
  heardAt: 1_000,
  unreadBytes: 0,
  merged: false,
  subscriptions: [],
};
const at = (ms: number, event: string, more: Partial<WrittenEvent> = {}): WrittenEvent => ({ at: ms, event, ...more });

it('puts the past at one thread before the present at another, and what both told to everybody in once', () => {
  const stale = { symbol: 'AAPL$US', text: 'stale: nothing is heard' };
  const before: SessionReport = {
    session: 's',
    since: 500,
    events: [
      at(600, 'opened'),
      at(700, 'subscribed', { symbol: 'AAPL$US' }),
      at(701, 'subscribed', { symbol: 'AAPL$US' }),
      at(800, 'gone'),
      at(1_502, 'status', stale),
    ],
  };
  const now: SessionReport = {
    session: 's',
    connection,
    since: 400,
    events: [at(1_000, 'opened'), at(1_001, 'took_over', { text: 's' }), at(1_500, 'status', stale)],
  };
  for (const reports of [
    [before, undefined, now],
    [now, before],
  ]) {
    const merged = mergedReport(reports);
    expect(merged).toMatchObject({ session: 's', connection, since: 500 });
    expect(merged?.events.map((event) => `${event.at} ${event.event}`)).toEqual([
      '600 opened',
      '700 subscribed',
      '701 subscribed',
      '800 gone',
      '1000 opened',
      '1001 took_over',
      '1500 status',
    ]);
  }
});

it('is what the only thread says that knows it, and nothing where none does', () => {
  const only: SessionReport = { session: 's', since: 1, events: [] };
  expect(mergedReport([undefined, only])).toBe(only);
  expect(mergedReport([undefined, undefined])).toBeUndefined();
});
