import type { Grant } from '@tapecast/access';

/** Connections of each subject on this gateway. Anonymous clients are nobody: they are not counted. */
export class SubjectConnections {
  readonly #counts = new Map<string, number>();

  /** False where the grant's own limit is reached; nothing is counted then. */
  take({ subject, limits }: Grant): boolean {
    const count = this.#counts.get(subject) ?? 0;
    if (count >= (limits.connections ?? Infinity)) return false;
    this.#counts.set(subject, count + 1);
    return true;
  }

  giveBack({ subject }: Grant): void {
    const count = this.#counts.get(subject) ?? 0;
    if (count > 1) this.#counts.set(subject, count - 1);
    else this.#counts.delete(subject);
  }
}
