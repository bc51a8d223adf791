import { describe, expect, it } from 'vitest';
import { SourceLedger } from '../../src/folds/source-ledger.ts';
import { SOURCES_MAX } from '../../src/limits.ts';

describe('the sources of a partition', () => {
  it('share one clock a venue, which never goes back', () => {
    const ledger = new SourceLedger();
    const first = ledger.add('binance/1');
    expect(ledger.hear('binance/1', first, 5_000)).toBe(true);
    const second = ledger.add('binance/2');
    expect(second.clock.timeMs).toBe(5_000);
    expect(ledger.hear('binance/2', second, 4_000)).toBe(false);
    expect(first.clock.timeMs).toBe(5_000);
    expect(ledger.add('simulated/1').clock.timeMs).toBe(0);
  });

  it('are restored with their clocks and in their order', () => {
    const ledger = new SourceLedger();
    for (const source of ['a/1', 'b/1', 'a/2']) ledger.add(source).lastSeq = source.length;
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
    for (let i = 0; i < SOURCES_MAX; i++) ledger.hear(`v${i}/1`, ledger.add(`v${i}/1`), 1_000 + i);
    ledger.hear('v0/1', ledger.find('v0/1') as never, 9_999);
    const saved = ledger.save();
    const restored = SourceLedger.restore(saved.sources, saved.clocks);
    for (const each of [ledger, restored]) {
      each.add('new/1');
      expect(each.find('v1/1')).toBeUndefined();
      expect(each.find('v0/1')).toBeDefined();
      // Its venue's clock went with it.
      expect(each.add('v1/2').clock.timeMs).toBe(0);
      expect(each.forgotten).toBe(2);
    }
    expect(restored.save()).toEqual(ledger.save());
  });
});
