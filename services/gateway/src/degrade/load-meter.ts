/** What a gateway under load shows. Each measure is a part of its bound: at 1 clients begin to feel it. */
export interface LoadLimits {
  /** How late the event loop comes to a timer: half of a turn, as a rule, in which nothing that comes in is told. */
  readonly loadLateMsMax: number;
  /** How far what is read lies behind the log's end: what clients are told is older by that. */
  readonly loadBehindMsMax: number;
  /**
   * Part of the time that the event loop has to be busy for these and for flushes to count in full; with twice as much idle they do not count. A
   * loop that is late and idle was not let run, and what it leaves out would not bring it back.
   */
  readonly loadBusyMin: number;
  /**
   * Part of the time that has to have gone into data (what is read of the log, and flushes) for that, and half of it likewise: a loop that is
   * held up by those who come, thousands at once after another gateway's end, is through with them soon, and not by leaving out data.
   */
  readonly loadDataMin: number;
  /** Part of a core that it has to have used for that, and half of it likewise: with less nothing that it does is what it is late by. */
  readonly loadCpuShareMin: number;
  /** Part of the time that flushes take: past it there is no time left for what comes in. */
  readonly loadFlushShareMax: number;
  /** Part of `unreadBytesMax` that clients have not read: at the whole of it the slowest are closed. */
  readonly loadUnreadShareMax: number;
  /** ms of looks that a load is the middle one of, each as long as it took: a long turn or two are none. */
  readonly loadWindowMs: number;
}

export interface LoadLook {
  /** Since the last look, by a clock that only goes on; and what it was to be. */
  elapsedMs: number;
  expectedMs: number;
  /** CPU time of the process meanwhile. */
  cpuMs: number;
  /** Part of that time in which the event loop did not wait for something to do. */
  busyShare: number;
  /** Of that time, in flushes; and in these and in taking what was read of the log. */
  flushMs: number;
  dataMs: number;
  /** How far behind the log's end the last that was read lay; 0 at the end. */
  behindMs: number;
  /** Part of what all clients together may leave unread. */
  unreadShare: number;
}

/** What a look was worth, and for how long. */
interface Seen {
  readonly load: number;
  ms: number;
}

/** The load of a gateway as one number, of its last looks. Pure. */
export class LoadMeter {
  readonly #limits: LoadLimits;
  readonly #seen: Seen[] = [];
  #seenMs = 0;
  #unreadShare = 0;

  constructor(limits: LoadLimits) {
    this.#limits = limits;
  }

  look({ elapsedMs, expectedMs, cpuMs, busyShare, flushMs, dataMs, behindMs, unreadShare }: LoadLook): void {
    this.#unreadShare = unreadShare;
    if (elapsedMs <= 0) return;
    const { loadLateMsMax, loadBehindMsMax, loadFlushShareMax, loadCpuShareMin, loadBusyMin, loadDataMin } =
      this.#limits;
    const worst = Math.max(
      (elapsedMs - expectedMs) / loadLateMsMax,
      behindMs / loadBehindMsMax,
      flushMs / elapsedMs / loadFlushShareMax,
    );
    const cpu = overHalf(cpuMs / elapsedMs, loadCpuShareMin);
    const data = overHalf(dataMs / elapsedMs, loadDataMin);
    const busy = loadBusyMin === 1 ? Number(busyShare >= 1) : (busyShare - 2 * loadBusyMin + 1) / (1 - loadBusyMin);
    this.#seen.push({ load: Math.max(0, worst) * part(cpu) * part(busy) * part(data), ms: elapsedMs });
    this.#seenMs += elapsedMs;
    this.#forgetOld();
  }

  /** What was seen was of other conditions. */
  forget(): void {
    this.#seen.length = 0;
    this.#seenMs = 0;
  }

  /** 0 where there is nothing to do, 1 where clients begin to feel it, and more. */
  get load(): number {
    const { loadUnreadShareMax } = this.#limits;
    return Math.max(this.#middle(), this.#unreadShare / loadUnreadShareMax);
  }

  /** At least so much was seen half of the time. Of less than half of the window there is no middle. */
  #middle(): number {
    if (this.#seenMs * 2 < this.#limits.loadWindowMs) return 0;
    let ms = 0;
    for (const { load, ms: forMs } of [...this.#seen].sort((a, b) => a.load - b.load)) {
      ms += forMs;
      if (ms * 2 >= this.#seenMs) return load;
    }
    return 0;
  }

  #forgetOld(): void {
    for (let first = this.#seen[0]; first !== undefined; first = this.#seen[0]) {
      const beyondMs = this.#seenMs - this.#limits.loadWindowMs;
      if (beyondMs <= 0) return;
      const lostMs = Math.min(beyondMs, first.ms);
      first.ms -= lostMs;
      this.#seenMs -= lostMs;
      if (first.ms === 0) this.#seen.shift();
    }
  }
}

const part = (value: number): number => Math.min(1, Math.max(0, value));

/** 0 at half of the least that counts in full, 1 at that. */
const overHalf = (share: number, least: number): number => (least === 0 ? 1 : (2 * share) / least - 1);
