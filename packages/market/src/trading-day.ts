import { regionOf } from './instrument.ts';
import { TRADING_DAYS_CACHED } from './limits.ts';

/** A trading day: startMs <= t < endMs, Unix milliseconds. 23 or 25 hours long where the zone changes its clock. */
export interface TradingDay {
  startMs: number;
  endMs: number;
}

/** When an instrument's day begins: this hour by this zone's wall clock. UTC needs no calendar. */
interface DayRule {
  zone: string;
  hour: number;
}

const UTC: DayRule = { zone: 'UTC', hour: 0 };
const midnight = (zone: string): DayRule => ({ zone, hour: 0 });

/** Forex (region GB, as the feeds name it) turns at 17:00 New York, crypto (BA) at 00:00 UTC, equities at local midnight. */
const RULES: Readonly<Record<string, DayRule>> = {
  BA: UTC,
  XX: UTC,
  GB: { zone: 'America/New_York', hour: 17 },
  US: midnight('America/New_York'),
  CA: midnight('America/Toronto'),
  MX: midnight('America/Mexico_City'),
  BR: midnight('America/Sao_Paulo'),
  AR: midnight('America/Argentina/Buenos_Aires'),
  HK: midnight('Asia/Hong_Kong'),
  SH: midnight('Asia/Shanghai'),
  SZ: midnight('Asia/Shanghai'),
  BJ: midnight('Asia/Shanghai'),
  CN: midnight('Asia/Shanghai'),
  TW: midnight('Asia/Taipei'),
  JP: midnight('Asia/Tokyo'),
  KR: midnight('Asia/Seoul'),
  SG: midnight('Asia/Singapore'),
  MY: midnight('Asia/Kuala_Lumpur'),
  TH: midnight('Asia/Bangkok'),
  ID: midnight('Asia/Jakarta'),
  VN: midnight('Asia/Ho_Chi_Minh'),
  PH: midnight('Asia/Manila'),
  IN: midnight('Asia/Kolkata'),
  TR: midnight('Europe/Istanbul'),
  DE: midnight('Europe/Berlin'),
  FR: midnight('Europe/Paris'),
  ES: midnight('Europe/Madrid'),
  IT: midnight('Europe/Rome'),
  NL: midnight('Europe/Amsterdam'),
  CH: midnight('Europe/Zurich'),
  SE: midnight('Europe/Stockholm'),
  IL: midnight('Asia/Jerusalem'),
  SA: midnight('Asia/Riyadh'),
  ZA: midnight('Africa/Johannesburg'),
  AU: midnight('Australia/Sydney'),
  NZ: midnight('Pacific/Auckland'),
};

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/**
 * Answers which trading day a time belongs to. Keeps the days it worked out, so that Intl is asked once a day and zone:
 * one calendar serves any number of instruments.
 */
export class TradingCalendar {
  readonly #days = new Map<DayRule, TradingDay[]>();
  readonly #clocks = new Map<string, Intl.DateTimeFormat>();

  tradingDayAt(instrument: string, timeMs: number): TradingDay {
    const rule = RULES[regionOf(instrument)] ?? UTC;
    if (rule === UTC) {
      const startMs = Math.floor(timeMs / DAY_MS) * DAY_MS;
      return { startMs, endMs: startMs + DAY_MS };
    }
    const known = this.#days.get(rule) ?? [];
    if (known.length === 0) this.#days.set(rule, known);
    for (const day of known) if (timeMs >= day.startMs && timeMs < day.endMs) return day;
    const day = this.#workOut(rule, timeMs);
    if (known.length >= TRADING_DAYS_CACHED) known.shift();
    known.push(day);
    return day;
  }

  #workOut(rule: DayRule, timeMs: number): TradingDay {
    const date = Math.floor(this.#wallTime(rule.zone, timeMs) / DAY_MS) * DAY_MS;
    let startMs = this.#instantOf(rule, date);
    let endMs = this.#instantOf(rule, date + DAY_MS);
    if (timeMs < startMs) {
      endMs = startMs;
      startMs = this.#instantOf(rule, date - DAY_MS);
    } else if (timeMs >= endMs) {
      startMs = endMs;
      endMs = this.#instantOf(rule, date + 2 * DAY_MS);
    }
    return { startMs, endMs };
  }

  /**
   * The instant at which the zone's wall clock comes to the rule's hour of a date. Where the clock skips that hour, the
   * instant of the skip; where it strikes twice, the one after which it doesn't fall below the hour again, at midnight.
   */
  #instantOf(rule: DayRule, date: number): number {
    const wall = date + rule.hour * HOUR_MS;
    const before = wall - this.#offset(rule.zone, wall - DAY_MS);
    const after = wall - this.#offset(rule.zone, wall + DAY_MS);
    for (const instant of before < after ? [before, after] : [after, before]) {
      if (this.#wallTime(rule.zone, instant) >= wall && this.#wallTime(rule.zone, instant - 1000) < wall)
        return instant;
    }
    return after;
  }

  #offset(zone: string, timeMs: number): number {
    return this.#wallTime(zone, timeMs) - Math.floor(timeMs / 1000) * 1000;
  }

  /** What the zone's wall clock shows, as if it were UTC; whole seconds. */
  #wallTime(zone: string, timeMs: number): number {
    let clock = this.#clocks.get(zone);
    if (clock === undefined) {
      clock = new Intl.DateTimeFormat('en-US', {
        timeZone: zone,
        hourCycle: 'h23',
        year: 'numeric',
        month: 'numeric',
        day: 'numeric',
        hour: 'numeric',
        minute: 'numeric',
        second: 'numeric',
      });
      this.#clocks.set(zone, clock);
    }
    const field: Record<string, number> = {};
    for (const part of clock.formatToParts(timeMs)) field[part.type] = Number(part.value);
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = field;
    return Date.UTC(year, month - 1, day, hour, minute, second);
  }
}
