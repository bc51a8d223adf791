import { ANONYMOUS, Grant } from '@tapecast/access';
import { expect, test } from 'vitest';
import { SubjectRates } from '../../src/admission/subject-rates.ts';

const grantOf = (subject: string): Grant =>
  new Grant({
    subject,
    expiresAtMs: Infinity,
    limits: ANONYMOUS.limits,
    channels: new Set(),
    symbols: { all: true, regions: new Set(), instruments: new Set() },
  });

test('a user has one bucket for all its connections, of each kind; others have their own, and anonymous clients none', () => {
  const rates = new SubjectRates({
    subjectMessagesBurst: 3,
    subjectMessagesPerSecond: 10,
    subjectRequestsBurst: 1,
    subjectRequestsPerSecond: 1,
    subjectsMax: 100,
  });
  const one = grantOf('customer-1');
  expect([1, 2, 3].map(() => rates.spend('messages', grantOf(one.subject), 0))).toEqual([0, 0, 0]);
  expect(rates.spend('messages', one, 0)).toBeCloseTo(100);
  expect(rates.spend('messages', grantOf('customer-2'), 0)).toBe(0);
  expect([rates.spend('requests', one, 0), rates.spend('requests', one, 0)]).toEqual([0, 1_000]);
  expect(rates.spend('messages', one, 100)).toBe(0);
  for (let n = 0; n < 50; n++) expect(rates.spend('messages', ANONYMOUS, 0)).toBe(0);
});
