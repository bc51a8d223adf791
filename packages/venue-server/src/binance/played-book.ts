import type { DepthSnapshot, SymbolHistory } from './library.ts';

/** Differences [from, to) of a history without a gap between them, and the snapshot that begins their book. */
interface Run {
  readonly from: number;
  readonly to: number;
  readonly snapshot: DepthSnapshot | undefined;
}

type Side = Map<string, { readonly price: string; readonly size: string }>;

/**
 * The book as the venue would answer it where the play is: the recorded snapshot brought forward by the differences played.
 *
 * Before its recorded moment the snapshot is answered as it is, although it is then ahead of the differences played. The
 * official procedure allows just that: the client drops the differences up to `lastUpdateId`, and the one that bridges it is
 * still to come. So the procedure works from the first moment on. A snapshot whose id lies in no gap-free run of differences
 * would never be bridged, and such a run has no book.
 *
 * Differences are applied when a book is asked for; the first request in a long play costs some 25 µs for each.
 */
export class PlayedBook {
  readonly #history: SymbolHistory;
  readonly #runs: readonly Run[];
  #run: Run | undefined;
  #applied = 0;
  #lastUpdateId = 0;
  #bids: Side = new Map();
  #asks: Side = new Map();

  constructor(history: SymbolHistory) {
    this.#history = history;
    this.#runs = runsOf(history);
  }

  /** The book after the first `diffsPlayed` differences, `levels` a side; undefined where the recording has no snapshot. */
  at(diffsPlayed: number, levels: number): DepthSnapshot | undefined {
    const run = this.#runs.find((candidate) => diffsPlayed <= candidate.to);
    if (run?.snapshot === undefined) return undefined;
    if (run !== this.#run || diffsPlayed < this.#applied) this.#begin(run, run.snapshot);
    for (; this.#applied < diffsPlayed; this.#applied++) this.#apply(this.#applied);
    return {
      lastUpdateId: this.#lastUpdateId,
      bids: best(this.#bids, levels, (a, b) => b - a),
      asks: best(this.#asks, levels, (a, b) => a - b),
    };
  }

  #begin(run: Run, snapshot: DepthSnapshot): void {
    this.#run = run;
    this.#applied = run.from;
    this.#lastUpdateId = snapshot.lastUpdateId;
    this.#bids = new Map();
    this.#asks = new Map();
    setLevels(this.#bids, snapshot.bids);
    setLevels(this.#asks, snapshot.asks);
  }

  #apply(diff: number): void {
    const { frames, index, lastId } = this.#history.diffs[diff]!;
    if (lastId <= this.#lastUpdateId) return;
    const { data } = JSON.parse(frames.text(index)) as { data: { b: [string, string][]; a: [string, string][] } };
    setLevels(this.#bids, data.b);
    setLevels(this.#asks, data.a);
    this.#lastUpdateId = lastId;
  }
}

function runsOf(history: SymbolHistory): Run[] {
  const { diffs, snapshots } = history;
  if (diffs.length === 0) return [{ from: 0, to: 0, snapshot: snapshots[0] }];
  const runs: Run[] = [];
  let from = 0;
  for (let to = 1; to <= diffs.length; to++) {
    if (to < diffs.length && diffs[to]!.firstId <= diffs[to - 1]!.lastId + 1) continue;
    const firstId = diffs[from]!.firstId;
    const lastId = diffs[to - 1]!.lastId;
    const snapshot = snapshots.find((each) => each.lastUpdateId >= firstId - 1 && each.lastUpdateId <= lastId);
    runs.push({ from, to, snapshot });
    from = to;
  }
  return runs;
}

function setLevels(side: Side, levels: readonly (readonly [string, string])[]): void {
  for (const [price, size] of levels) {
    const key = withoutTrailingZeros(price);
    if (Number(size) === 0) side.delete(key);
    else side.set(key, { price, size });
  }
}

/** The same price is written with other zeros by another endpoint. */
function withoutTrailingZeros(price: string): string {
  return price.includes('.') ? price.replace(/\.?0+$/, '') : price;
}

function best(side: Side, levels: number, order: (a: number, b: number) => number): [string, string][] {
  return [...side.values()]
    .map((level) => ({ level, value: Number(level.price) }))
    .sort((a, b) => order(a.value, b.value))
    .slice(0, levels)
    .map(({ level }) => [level.price, level.size]);
}
