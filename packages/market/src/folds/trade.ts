import { TRADES_IN_SNAPSHOT } from '../channel.ts';
import type { Tick } from '../tick.ts';
import type { InstrumentView, NumberedTrade } from '../update.ts';
import type { FoldContext, FoldPart } from './fold-part.ts';

/**
 * Numbers each trade and keeps the last of them for new subscribers. Trades are never compared: two equal ones in a row
 * are two trades.
 */
export class TradeFold implements FoldPart {
  readonly kinds = ['trade'] as const;
  readonly #context: FoldContext;
  /** A ring: the oldest is at #next once it is full. */
  #recent: NumberedTrade[] = [];
  #next = 0;

  constructor(context: FoldContext) {
    this.#context = context;
  }

  fold(tick: Tick): undefined {
    const body = tick.body;
    if (body.kind !== 'trade') return;
    const { id, price, size, side, conditions } = body;
    const context = this.#context;
    context.publish('trade', true, { kind: 'trade', id, price, size, side, conditions: conditions.slice() });
    const { priceDecimals, sizeDecimals, timeUs: timestampUs } = context;
    const seq = context.seqs.trade;
    this.#recent[this.#next] = {
      kind: 'trade',
      id,
      price,
      size,
      side,
      conditions: conditions.slice(),
      seq,
      timestampUs,
      priceDecimals,
      sizeDecimals,
    };
    this.#next = (this.#next + 1) % TRADES_IN_SNAPSHOT;
  }

  clock(): void {}

  /** Each trade keeps the decimals it came with: nothing to scale. */
  measure(): void {}

  largestTurnover(): number {
    return 0;
  }

  rescale(): void {}

  fill(view: InstrumentView): void {
    const oldest = this.#recent.length < TRADES_IN_SNAPSHOT ? 0 : this.#next;
    for (let i = 0; i < this.#recent.length; i++) {
      const trade = this.#recent[(oldest + i) % this.#recent.length]!;
      view.trades.push({ ...trade, conditions: trade.conditions.slice() });
    }
  }

  save(): null {
    return null;
  }

  restore(view: InstrumentView): void {
    this.#recent = view.trades.map((trade) => ({ ...trade, conditions: trade.conditions.slice() }));
    this.#next = this.#recent.length % TRADES_IN_SNAPSHOT;
  }
}
