import fc from 'fast-check';
import { describe, expect, inject, test } from 'vitest';
import { applyUpdate, createInstrumentFold, emptyView, restoreInstrumentFold } from '../src/index.ts';
import { body, run, steps } from './steps.ts';
import { BTC, tickOf } from './ticks.ts';

describe('any sequence of ticks and clocks', () => {
  test('gives a state that is what its updates make of nothing, numbered without a hole', () => {
    fc.assert(
      fc.property(steps, (given) => {
        const fold = createInstrumentFold(BTC);
        const view = emptyView(BTC, 'e');
        const seqs = { ...view.seqs };
        for (const step of given) {
          for (const update of run(fold, [step]).updates) {
            expect(update.first).toBe(seqs[update.sequence] + 1);
            expect(update.last).toBe(update.first);
            seqs[update.sequence] = update.last;
            applyUpdate(view, update);
          }
          expect(view).toEqual(fold.view('e'));
        }
      }),
      { numRuns: 300 / inject('fewerRuns') },
    );
  });

  test('goes on exactly the same after save and restore, at any point, through JSON', () => {
    fc.assert(
      fc.property(steps, fc.nat(), (given, where) => {
        const at = where % given.length;
        const whole = run(createInstrumentFold(BTC), given);
        const first = createInstrumentFold(BTC);
        const before = run(first, given.slice(0, at));
        const second = restoreInstrumentFold(first.view('e'), JSON.parse(JSON.stringify(first.save())));
        expect(second.view('e')).toEqual(first.view('e'));
        expect(second.save()).toEqual(first.save());
        expect(second.venue).toBe(first.venue);
        const after = run(second, given.slice(at));
        expect([...before.updates, ...after.updates]).toEqual(whole.updates);
        expect([...before.outcomes, ...after.outcomes]).toEqual(whole.outcomes);
      }),
      { numRuns: 300 / inject('fewerRuns') },
    );
  });

  test('gives the same updates again', () => {
    fc.assert(
      fc.property(steps, (given) => {
        expect(run(createInstrumentFold(BTC), given)).toEqual(run(createInstrumentFold(BTC), given));
      }),
    );
  });

  test('leaves the state as it was when the tick is rejected', () => {
    fc.assert(
      fc.property(steps, body, fc.constantFrom(16, 18), (given, last, decimals) => {
        const fold = createInstrumentFold(BTC);
        run(fold, given);
        const view = fold.view('e');
        const saved = JSON.stringify(fold.save());
        const { outcomes, updates } = run(fold, [
          { tick: tickOf(last, undefined, { priceDecimals: decimals, sizeDecimals: decimals }), clockMs: 0 },
        ]);
        if (outcomes[0] !== 'decimals_overflow' && outcomes[0] !== 'out_of_range') return;
        expect(updates).toEqual([]);
        expect(fold.view('e')).toEqual(view);
        expect(JSON.stringify(fold.save())).toBe(saved);
      }),
    );
  });

  test('emits a quote only when a field changed, and says each field that did', () => {
    fc.assert(
      fc.property(steps, (given) => {
        const fold = createInstrumentFold(BTC);
        let told = emptyView(BTC, 'e');
        for (const step of given) {
          for (const update of run(fold, [step]).updates) {
            const before = structuredClone(told);
            applyUpdate(told, update);
            const raised = told.priceDecimals !== before.priceDecimals || told.sizeDecimals !== before.sizeDecimals;
            if (update.sequence === 'quote' && !raised) expect(told.quote).not.toEqual(before.quote);
            if (update.sequence === 'depth' && !raised) {
              expect([told.bids, told.asks]).not.toEqual([before.bids, before.asks]);
            }
          }
          told = fold.view('e');
        }
      }),
    );
  });
});
