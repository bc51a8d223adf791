/** What must be zero at the end of a run. `announced`: a hole that clients were told of. */
export const KINDS = ['lost', 'doubled', 'outOfOrder', 'wrong', 'announced'] as const;
export type FindingKind = (typeof KINDS)[number];

export interface Finding {
  readonly kind: FindingKind;
  /** Where it shows: `md.ticks`, `md.updates`, or a client's name. */
  readonly where: string;
  readonly what: string;
  /** So many messages, levels or numbers. */
  readonly count: number;
  /** Wall ms at which the venue sent what is concerned, or a client noticed, where that can be told. */
  readonly sentAtMs?: number | undefined;
}

/** Counts of all findings, and the first of each place and kind as examples. */
export class Findings {
  readonly counts: Record<FindingKind, number> = { lost: 0, doubled: 0, outOfOrder: 0, wrong: 0, announced: 0 };
  readonly examples: Finding[] = [];
  readonly #examplesMax: number;
  readonly #all: { kind: FindingKind; count: number; sentAtMs: number | undefined }[] = [];
  readonly #told = new Map<string, number>();

  constructor(examplesMax: number) {
    this.#examplesMax = examplesMax;
  }

  add(kind: FindingKind, where: string, what: string, count = 1, sentAtMs?: number): void {
    this.counts[kind] += count;
    this.#all.push({ kind, count, sentAtMs });
    const key = `${kind} ${where}`;
    const told = (this.#told.get(key) ?? 0) + 1;
    this.#told.set(key, told);
    if (told <= this.#examplesMax) this.examples.push({ kind, where, what, count, sentAtMs });
  }

  /** Those of a time, and those of which no time is known. */
  between(fromMs: number, toMs: number): Record<FindingKind, number> {
    const counts: Record<FindingKind, number> = { lost: 0, doubled: 0, outOfOrder: 0, wrong: 0, announced: 0 };
    for (const { kind, count, sentAtMs } of this.#all)
      if (sentAtMs === undefined || (fromMs <= sentAtMs && sentAtMs < toMs)) counts[kind] += count;
    return counts;
  }

  get clean(): boolean {
    return KINDS.every((kind) => this.counts[kind] === 0);
  }
}
