/** What a benchmark gives back: printed as a table, then as one line of JSON, and written to `bench/results/<name>.json`. */
export interface BenchResult {
  name: string;
  /** All that a reader needs to judge or repeat it: machine, load, durations, versions. */
  conditions: Record<string, unknown>;
  rows: Record<string, unknown>[];
}

export type Bench = (args: string[]) => Promise<BenchResult>;
