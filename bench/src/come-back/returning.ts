import { TradeCheck, type TradeIds } from './trade-check.ts';

/** Wall time in ms, of this machine's clock: the same for all processes of a bench. */
export const wallMs = (): number => performance.timeOrigin + performance.now();

/** Where a client was on its way back, wall ms; NaN: it was not. One row of `TRAIL` numbers a client. */
export const TRAIL = ['closed', 'tried', 'tries', 'greeted', 'answered', 'served'] as const;
export type Trail = Record<(typeof TRAIL)[number], number>;

export interface ReturningOptions {
  /** `host:port` of the edge. */
  address: string;
  /** Of 127.0.0.0/8: one address has some 28,000 ports to one port, and those just closed are not free at once. */
  from: string;
  protocol: 'protobuf' | 'protobuf.zstd';
  symbols: readonly string[];
  intervalMs: number;
  ids: TradeIds;
}

/** A client that comes back by itself, and notes when it was where. */
export abstract class Returning {
  readonly trades: TradeCheck;
  trail: Trail = emptyTrail();
  /** What its resumes were answered, a pair each; what else happened to it; and holes that it was told, in trades or in states. */
  readonly outcomes: Record<string, number> = {};
  holes = 0;
  readonly options: ReturningOptions;

  constructor(options: ReturningOptions) {
    this.options = options;
    this.trades = new TradeCheck(options.ids);
  }

  /** Resolves when all its subscriptions are answered. */
  abstract begin(): Promise<void>;
  /** One symbol more; resolves with its answer. */
  abstract add(symbol: string): Promise<void>;
  abstract close(): void;

  /** What comes from now on is another way back. */
  arm(): void {
    this.trail = emptyTrail();
  }

  /** It lost its connection, and was not told anything since. */
  get away(): boolean {
    return !Number.isNaN(this.trail.closed) && Number.isNaN(this.trail.served);
  }

  protected noteClosed(): void {
    if (Number.isNaN(this.trail.closed)) this.trail.closed = wallMs();
  }

  protected noteServed(): void {
    if (!Number.isNaN(this.trail.answered) && Number.isNaN(this.trail.served)) this.trail.served = wallMs();
  }

  protected noteHole(reason: string, channel: string | undefined): void {
    this.holes++;
    this.noteOutcome(`hole ${reason} ${channel}`);
  }

  protected noteOutcome(outcome: string): void {
    this.outcomes[outcome] = (this.outcomes[outcome] ?? 0) + 1;
  }
}

const emptyTrail = (): Trail => ({
  closed: Number.NaN,
  tried: Number.NaN,
  tries: 0,
  greeted: Number.NaN,
  answered: Number.NaN,
  served: Number.NaN,
});
