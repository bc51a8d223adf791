import { FOLD_VERSION } from '@tapecast/market';
import { describe, expect, it } from 'vitest';
import { epochOf, startOffsetOf, startPoint } from '../../src/folds/epoch.ts';

const log = { generation: 'gen.a', oldest: 100, end: 500 };
const record = { epoch: epochOf('gen.a', 40), ticksNext: 300, updatesNext: 7, clocks: {}, sources: {} };

describe('where a fold starts', () => {
  it('names generation, version and offset in the epoch', () => {
    expect(epochOf('gen.a', 40)).toBe(`gen.a.${FOLD_VERSION}.40`);
    expect(startOffsetOf('gen.a.1.40')).toBe(40);
    expect(startOffsetOf('gen.a.1.40r7')).toBe(40);
  });

  it('goes on from the checkpoint while the log still has what follows it', () => {
    expect(startPoint(record, log, 9)).toEqual({ kind: 'resume', record });
    expect(startPoint({ ...record, ticksNext: 100 }, log, 9).kind).toBe('resume');
    expect(startPoint({ ...record, ticksNext: 500 }, log, 9).kind).toBe('resume');
  });

  it.each([
    ['no_checkpoint', undefined],
    ['behind_log', { ...record, ticksNext: 99 }],
    ['other_fold', { ...record, epoch: 'gen.b.1.40' }],
    ['other_fold', { ...record, epoch: `gen.a.${FOLD_VERSION + 1}.40` }],
  ])('begins anew at the oldest tick: %s', (reason, stored) => {
    expect(startPoint(stored, log, 9)).toEqual({ kind: 'anew', reason, epoch: epochOf('gen.a', 100), ticksNext: 100 });
  });

  it('never claims equal numbers for a log that was replaced', () => {
    const start = startPoint({ ...record, ticksNext: 501 }, log, 9);
    expect(start).toEqual({
      kind: 'anew',
      reason: 'log_replaced',
      epoch: `${epochOf('gen.a', 100)}r9`,
      ticksNext: 100,
    });
  });
});
