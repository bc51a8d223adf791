import type { Update } from '@tapecast/market';

const plain = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? `${value}n` : value);

/** An update without wall times: what two runs must agree on to the byte. */
export const canonicalUpdate = (update: Update): string => JSON.stringify({ ...update, receivedAtUs: 0 }, plain);

/**
 * What `md.updates` says, as a reader that drops doubles by their numbers has it: by epoch, instrument and sequence. Throws
 * where a number comes twice with different content, or before the one before it.
 */
export class CanonicalUpdates {
  private readonly sequences = new Map<string, string[]>();
  doubles = 0;

  add(epoch: string, instrument: string, update: Update): void {
    const key = `${epoch} ${instrument} ${update.sequence}`;
    let list = this.sequences.get(key);
    if (list === undefined) {
      list = [];
      this.sequences.set(key, list);
    }
    const text = canonicalUpdate(update);
    if (update.first !== update.last) throw new Error(`${key}: ${update.first}..${update.last} in the log`);
    const known = list[update.first - 1];
    if (known !== undefined) {
      this.doubles++;
      if (known !== text) throw new Error(`${key} ${update.first} differs:\n${known}\n${text}`);
    } else if (update.first === list.length + 1) list.push(text);
    else throw new Error(`${key}: ${update.first} follows ${list.length}`);
  }

  get size(): number {
    let size = 0;
    for (const list of this.sequences.values()) size += list.length;
    return size;
  }

  /** Byte for byte comparable. */
  dump(): string {
    return [...this.sequences]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, list]) => `${key}\n${list.join('\n')}`)
      .join('\n\n');
  }
}
