/** A market's hours by its own wall clock, minutes since midnight; none: it never closes. */
export interface MarketHours {
  zone: string;
  sessions: readonly (readonly [openMinute: number, closeMinute: number])[];
}

const at = (hour: number, minute = 0): number => hour * 60 + minute;

export const MARKET_HOURS = {
  US: { zone: 'America/New_York', sessions: [[at(9, 30), at(16)]] },
  HK: {
    zone: 'Asia/Hong_Kong',
    sessions: [
      [at(9, 30), at(12)],
      [at(13), at(16)],
    ],
  },
  CN: {
    zone: 'Asia/Shanghai',
    sessions: [
      [at(9, 30), at(11, 30)],
      [at(13), at(15)],
    ],
  },
  JP: {
    zone: 'Asia/Tokyo',
    sessions: [
      [at(9), at(11, 30)],
      [at(12, 30), at(15, 30)],
    ],
  },
  DE: { zone: 'Europe/Berlin', sessions: [[at(9), at(17, 30)]] },
  ALWAYS: { zone: 'UTC', sessions: [] },
} as const satisfies Record<string, MarketHours>;

/** Activity outside the hours: the simulated market never sleeps, so that a demonstration at night shows all instruments. */
const CLOSED_SHARE = 0.3;

/**
 * Activity of a market at a time, 1 in the mean of its open hours. The U of US equities: 11 % of a day's messages in the
 * first half hour, 5.5 % in one at midday, 14 % in the last.
 */
export function activity(hours: MarketHours, minuteOfDay: number): number {
  if (hours.sessions.length === 0) return 1;
  let open = 0;
  let passed: number | undefined;
  for (const [from, to] of hours.sessions) {
    if (minuteOfDay >= from && minuteOfDay < to) passed = open + minuteOfDay - from;
    open += to - from;
  }
  return passed === undefined ? CLOSED_SHARE : uShape((passed + 0.5) / open);
}

/** `x` is the share of the open hours that has passed. The mean over 0..1 is 1. */
function uShape(x: number): number {
  return (0.55 + 0.9 * Math.exp(-x / 0.15) + 1.3 * Math.exp(-(1 - x) / 0.12)) / 0.841;
}

/** Minute of the local day, for a handful of zones asked once a simulated minute. */
export class LocalMinutes {
  readonly #formats = new Map<string, Intl.DateTimeFormat>();

  of(zone: string, timeMs: number): number {
    let format = this.#formats.get(zone);
    if (format === undefined) {
      format = new Intl.DateTimeFormat('en-GB', {
        timeZone: zone,
        hour: '2-digit',
        minute: '2-digit',
        hourCycle: 'h23',
      });
      this.#formats.set(zone, format);
    }
    const text = format.format(timeMs);
    return Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5));
  }
}
