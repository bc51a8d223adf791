/** Unix microseconds now, by a clock that does not leap. */
export type NowUs = () => number;
