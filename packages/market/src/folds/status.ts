import type { Tick } from '../tick.ts';
import type { InstrumentView, Status } from '../update.ts';
import type { FoldContext, FoldPart } from './fold-part.ts';

/** What the source last said of the instrument; the same said again is no update. */
export class StatusFold implements FoldPart {
  readonly kinds = ['status'] as const;
  readonly #context: FoldContext;
  #told: Status | undefined;

  constructor(context: FoldContext) {
    this.#context = context;
  }

  fold(tick: Tick): undefined {
    const body = tick.body;
    if (body.kind !== 'status') return;
    const { state, sinceMs, reason } = body;
    const source = this.#context.venue;
    const told = this.#told;
    if (
      told !== undefined &&
      told.state === state &&
      told.sinceMs === sinceMs &&
      told.reason === reason &&
      told.source === source
    ) {
      return;
    }
    this.#told = { kind: 'status', state, sinceMs, source, reason };
    this.#context.publish('status', true, { ...this.#told });
  }

  /** The state is what it was: the source goes on. */
  missed(what: string): void {
    const { state, sinceMs } = this.#told ?? { state: 'live', sinceMs: this.#context.timeMs };
    this.#told = { kind: 'status', state, sinceMs, source: this.#context.venue, reason: what };
    this.#context.publish('status', true, { ...this.#told });
  }

  clock(): void {}

  measure(): void {}

  largestTurnover(): number {
    return 0;
  }

  rescale(): void {}

  fill(view: InstrumentView): void {
    view.status = this.#told && { ...this.#told };
  }

  save(): null {
    return null;
  }

  restore(view: InstrumentView): void {
    this.#told = view.status && { ...view.status };
  }
}
