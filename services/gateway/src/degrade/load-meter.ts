/** What a gateway under load shows. Each measure is a part of its bound: at 1 clients begin to feel it. */
export interface LoadLimits {
  /** How late the event loop comes to a timer, in the mean of the window: a frame waits so long before it is written. */
  readonly loadLateMsMax: number;
  /**
   * Part of a core that the process has to have used for its lateness to count in full. Less: others have the processor, and what this
   * one leaves out would not bring it back.
   */
  readonly loadCpuShareMin: number;
  /** Part of the time that flushes take: past it there is no time left for what comes in. */
  readonly loadFlushShareMax: number;
  /** Part of `unreadBytesMax` that clients have not read: at the whole of it the slowest are closed. */
  readonly loadUnreadShareMax: number;
  /** Looks that a load is the mean of: one long turn is none. */
  readonly loadLooks: number;
}

export interface LoadLook {
  /** Since the last look, by a clock that only goes on; and what it was to be. */
  elapsedMs: number;
  expectedMs: number;
  /** CPU time of the process meanwhile. */
  cpuMs: number;
  /** Of that time, in flushes. */
  flushMs: number;
  /** Part of what all clients together may leave unread. */
  unreadShare: number;
}

/** The load of a gateway as one number, of its last looks. Pure. */
export class LoadMeter {
  readonly #limits: LoadLimits;
  readonly #late: number[] = [];
  readonly #flush: number[] = [];
  readonly #cpu: number[] = [];
  #unreadShare = 0;

  constructor(limits: LoadLimits) {
    this.#limits = limits;
  }

  look({ elapsedMs, expectedMs, cpuMs, flushMs, unreadShare }: LoadLook): void {
    this.#keep(this.#cpu, elapsedMs <= 0 ? 0 : cpuMs / elapsedMs);
    this.#keep(this.#late, Math.max(0, elapsedMs - expectedMs));
    this.#keep(this.#flush, elapsedMs <= 0 ? 0 : flushMs / elapsedMs);
    this.#unreadShare = unreadShare;
  }

  /** 0 where there is nothing to do, 1 where clients begin to feel it, and more. */
  get load(): number {
    const { loadLateMsMax, loadFlushShareMax, loadUnreadShareMax, loadCpuShareMin } = this.#limits;
    const own = loadCpuShareMin === 0 ? 1 : Math.min(1, mean(this.#cpu) / loadCpuShareMin);
    return Math.max(
      (mean(this.#late) / loadLateMsMax) * own,
      (mean(this.#flush) / loadFlushShareMax) * own,
      this.#unreadShare / loadUnreadShareMax,
    );
  }

  #keep(looks: number[], value: number): void {
    looks.push(value);
    if (looks.length > this.#limits.loadLooks) looks.shift();
  }
}

const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
