import { describe, expect, it } from 'vitest';
import { SourceLedger, type SourceState } from '../../src/folds/source-ledger.ts';
import { SOURCES_MAX } from '../../src/limits.ts';

function added(ledger: SourceLedger, source: string): SourceState {
  const state = ledger.add(source);
  if (state === undefined) throw new Error(`${source} is fenced`);
  return state;
}

describe('the sources of a partition', () => {
  it('share one clock a venue, which never goes back', () => {
    const ledger = new SourceLedger();
    const first = added(ledger, 'binance/1');
    expect(ledger.hear('binance/1', first, 5_000)).toBe(true);
    const second = added(ledger, 'binance/2');
    expect(second.clock.timeMs).toBe(5_000);
    expect(ledger.hear('binance/2', second, 4_000)).toBe(false);
    expect(first.clock.timeMs).toBe(5_000);
    expect(added(ledger, 'simulated/1').clock.timeMs).toBe(0);
  });

  it('are restored with their clocks and in their order', () => {
    const ledger = new SourceLedger();
    for (const source of ['a/1', 'b/1', 'a/2']) added(ledger, source).lastSeq = source.length;
    ledger.hear('b/1', ledger.find('b/1') as never, 7);
    ledger.hear('a/1', ledger.find('a/1') as never, 9);
    const saved = ledger.save();
    const stored = JSON.parse(JSON.stringify(saved)) as typeof saved;
    const restored = SourceLedger.restore(stored.sources, stored.clocks);
    expect(restored.save()).toEqual(saved);
    expect(Object.keys(restored.save().sources)).toEqual(['a/2', 'b/1', 'a/1']);
    expect(restored.find('a/2')?.clock.timeMs).toBe(9);
  });

  it('are forgotten when there are too many, the one silent longest first, alike before and after a restore', () => {
    const ledger = new SourceLedger();
    for (let i = 0; i < SOURCES_MAX; i++) ledger.hear(`v${i}/1`, added(ledger, `v${i}/1`), 1_000 + i);
    ledger.hear('v0/1', ledger.find('v0/1') as never, 9_999);
    const saved = ledger.save();
    const restored = SourceLedger.restore(saved.sources, saved.clocks);
    for (const each of [ledger, restored]) {
      each.add('new/1');
      expect(each.find('v1/1')).toBeUndefined();
      expect(each.find('v0/1')).toBeDefined();
      // Its venue's clock went with it.
      expect(added(each, 'v1/2').clock.timeMs).toBe(0);
      expect(each.forgotten).toBe(2);
    }
    expect(restored.save()).toEqual(ledger.save());
  });

  it('count no more once one with a higher fence spoke for their venue, alike before and after a restore', () => {
    const ledger = new SourceLedger();
    const old = added(ledger, 'binance/a#10');
    added(ledger, 'itick/x');
    const next = added(ledger, 'binance/b#11');
    expect(old.fence < old.clock.fence).toBe(true);
    expect(next.fence < next.clock.fence).toBe(false);
    const saved = ledger.save();
    for (const each of [ledger, SourceLedger.restore(saved.sources, saved.clocks)]) {
      expect(each.add('binance/late#10')).toBeUndefined();
      expect(each.add('binance/plain')).toBeUndefined();
      expect(each.find('binance/a#10')!.clock.fence).toBe(11);
      expect(added(each, 'itick/y').clock.fence).toBe(0);
    }
  });
});
