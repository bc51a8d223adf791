import { planPlay } from '@tapecast/venue-server';

export interface ScheduleOptions {
  recording: string;
  /** The recorded symbol and its copies under other names. */
  instruments: number;
  seed: number;
  /** Frames due a second in the measured window. */
  rate: number;
  warmUpSeconds: number;
  seconds: number;
}

/** What the venue will play, told from the same plan that it makes of the same options. */
export interface Schedule {
  /** Recorded seconds a second at which `rate` frames a second are due in the window. */
  speed: number;
  framesInWindow: number;
  /** `X1USDT$BA`. */
  symbols: readonly string[];
  /** Recorded time (µs) by trade id, by symbol: all that are due until a little after the window. */
  trades: ReadonlyMap<string, ReadonlyMap<number, number>>;
}

/** Seconds after the window that the schedule knows of: what is sent until the venue is halted. */
const AFTER_WINDOW_S = 10;
const TRADE_ID = /"t":(\d+)/;

export async function scheduleOf(options: ScheduleOptions): Promise<Schedule> {
  const plan = await planPlay([options.recording], { clones: options.instruments - 1, seed: options.seed });
  const times = new Float64Array(plan.frameCount);
  let at = 0;
  for (const entry of plan.entries()) times[at++] = entry.timeUs - plan.startUs;
  const { speed, framesInWindow } = speedFor(times, options);
  if (framesInWindow < 0.99 * options.rate * options.seconds)
    throw new RangeError('the recording is too short: fewer seconds, a lower rate or more instruments');
  const untilUs = plan.startUs + speed * (options.warmUpSeconds + options.seconds + AFTER_WINDOW_S) * 1e6;
  const trades = new Map<string, Map<number, number>>();
  for (const entry of plan.entries()) {
    if (entry.timeUs > untilUs) break;
    if (!entry.stream.endsWith('@trade')) continue;
    const id = TRADE_ID.exec(entry.combined().toString())?.[1];
    if (id === undefined) continue;
    const symbol = `${entry.symbol.symbol}$BA`;
    let ids = trades.get(symbol);
    if (ids === undefined) {
      ids = new Map();
      trades.set(symbol, ids);
    }
    if (!ids.has(Number(id))) ids.set(Number(id), entry.timeUs);
  }
  return { speed, framesInWindow, symbols: plan.symbols.map(({ symbol }) => `${symbol}$BA`), trades };
}

/** Halves the interval in which the wanted speed lies; the faster the play, the more is due in the window. */
function speedFor(
  times: Float64Array,
  { rate, warmUpSeconds, seconds }: ScheduleOptions,
): { speed: number; framesInWindow: number } {
  const framesAt = (speed: number): number =>
    countBelow(times, (warmUpSeconds + seconds) * speed * 1e6) - countBelow(times, warmUpSeconds * speed * 1e6);
  let slow = 0;
  // The fastest at which the record lasts long enough; past it fewer frames, not more, would be in the window.
  let fast = times.at(-1)! / 1e6 / (warmUpSeconds + seconds + AFTER_WINDOW_S);
  for (let i = 0; i < 40; i++) {
    const speed = (slow + fast) / 2;
    if (framesAt(speed) < rate * seconds) slow = speed;
    else fast = speed;
  }
  const speed = Math.floor(fast * 1e4) / 1e4;
  return { speed, framesInWindow: framesAt(speed) };
}

function countBelow(sorted: Float64Array, limit: number): number {
  let from = 0;
  let to = sorted.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (sorted[middle]! < limit) from = middle + 1;
    else to = middle;
  }
  return from;
}
