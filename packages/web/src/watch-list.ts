/** The watched symbols, the selected one and how often their rows are told, kept in the browser. */
export interface Watched {
  symbols: string[];
  selected: string | undefined;
  /** The interval of the rows' quotes in milliseconds; 0: each as it comes. */
  paceMs: number;
}

/** Of who did not choose: as fast as a reader follows many rows at once. */
export const PACE_MS = 250;

const KEY = 'tapecast.watch';
/** The page subscribes each watched symbol; more than this is another tool's job. */
export const WATCHED_MAX = 200;

export function loadWatched(storage: Storage): Watched | undefined {
  try {
    const value: unknown = JSON.parse(storage.getItem(KEY) ?? 'null');
    if (typeof value !== 'object' || value === null || !('symbols' in value) || !Array.isArray(value.symbols))
      return undefined;
    const symbols = value.symbols
      .filter((symbol): symbol is string => typeof symbol === 'string')
      .slice(0, WATCHED_MAX);
    const selected = 'selected' in value && typeof value.selected === 'string' ? value.selected : symbols[0];
    const paceMs =
      'paceMs' in value && Number.isSafeInteger(value.paceMs) ? Math.max(0, value.paceMs as number) : PACE_MS;
    return { symbols, selected, paceMs };
  } catch {
    // Somebody else's or an older value: begin anew.
    return undefined;
  }
}

export function saveWatched(storage: Storage, watched: Watched): void {
  try {
    storage.setItem(KEY, JSON.stringify(watched));
  } catch {
    // Storage is full or forbidden: the list then lasts as long as the page.
  }
}
