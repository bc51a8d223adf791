/**
 * The name of who wrote a tick: `<venue>/<session>`, and `#<fence>` after it where the writer held a lease on the venue.
 *
 * Of two writers of one venue the one with the higher fence is right. The other may still write for a while: it was stopped
 * and goes on, or what it sent comes late. So from the first tick of a fence on, a partition's ticks of the same venue with a
 * lower fence (or none) are void. Whoever reads `md.ticks` leaves them out, by `SourceFences`; the writer who took over has
 * published what is in them.
 */
export function sourceName(venue: string, session: string, fence: number | undefined): string {
  return fence === undefined ? `${venue}/${session}` : `${venue}/${session}#${fence}`;
}

/** `binance/01J9…#17` → `binance`. */
export function venueOfSource(source: string): string {
  const slash = source.indexOf('/');
  return slash < 0 ? source : source.slice(0, slash);
}

/** `binance/01J9…#17` → 17; 0 where the name has none. */
export function fenceOfSource(source: string): number {
  const mark = source.lastIndexOf('#');
  if (mark < 0) return 0;
  const text = source.slice(mark + 1);
  // 15 digits are exact; what else stands there is a part of the session's name.
  return /^[1-9][0-9]{0,14}$/.test(text) ? Number(text) : 0;
}

/** Which ticks of one partition count, told its sources in the log's order. */
export class SourceFences {
  readonly #highest = new Map<string, number>();

  /** Whether a tick of this source counts; from now on, one with a lower fence of its venue does not. */
  passes(source: string): boolean {
    const venue = venueOfSource(source);
    const fence = fenceOfSource(source);
    const highest = this.#highest.get(venue) ?? 0;
    if (fence < highest) return false;
    if (fence > highest) this.#highest.set(venue, fence);
    return true;
  }
}
