/** `received` from the venue, `sent` by the recording client, `opened` a connection, `fetched` over HTTP. */
export const FRAME_DIRECTIONS = ['received', 'sent', 'opened', 'fetched'] as const;
export type FrameDirection = (typeof FRAME_DIRECTIONS)[number];

export interface RecordedFrame {
  /** When the recorder got it, Unix microseconds. */
  readonly timeUs: number;
  readonly direction: FrameDirection;
  /** Where it came from or went to, '' where the recording does not say. */
  readonly url: string;
  readonly text: string;
}

/**
 * The frames of a recording in the order of its lines: the decompressed file and, per frame, 17 bytes of where it lies.
 * Frames are made into strings when they are asked for.
 */
export class FrameTable {
  readonly #data: Buffer;
  readonly #timesUs: Float64Array;
  readonly #starts: Uint32Array;
  readonly #ends: Uint32Array;
  readonly #directions: Uint8Array;
  readonly #urls: ReadonlyMap<number, string>;

  constructor(data: Buffer, rows: FrameRows) {
    this.#data = data;
    this.#timesUs = Float64Array.from(rows.timesUs);
    this.#starts = Uint32Array.from(rows.starts);
    this.#ends = Uint32Array.from(rows.ends);
    this.#directions = Uint8Array.from(rows.directions);
    this.#urls = rows.urls;
  }

  get length(): number {
    return this.#timesUs.length;
  }

  timeUs(index: number): number {
    return this.#timesUs[index]!;
  }

  direction(index: number): FrameDirection {
    return FRAME_DIRECTIONS[this.#directions[index]!]!;
  }

  url(index: number): string {
    return this.#urls.get(index) ?? '';
  }

  /** A view into the file, not a copy. */
  bytes(index: number): Buffer {
    return this.#data.subarray(this.#starts[index]!, this.#ends[index]!);
  }

  text(index: number): string {
    return this.#data.toString('utf8', this.#starts[index]!, this.#ends[index]!);
  }

  *[Symbol.iterator](): Generator<RecordedFrame> {
    for (let index = 0; index < this.length; index++) {
      yield {
        timeUs: this.timeUs(index),
        direction: this.direction(index),
        url: this.url(index),
        text: this.text(index),
      };
    }
  }
}

/** What a `FrameTable` is made from, filled line by line. */
export class FrameRows {
  readonly timesUs: number[] = [];
  readonly starts: number[] = [];
  readonly ends: number[] = [];
  readonly directions: number[] = [];
  readonly urls = new Map<number, string>();

  add(timeUs: number, direction: FrameDirection, url: string, start: number, end: number): void {
    if (url !== '') this.urls.set(this.timesUs.length, url);
    this.timesUs.push(timeUs);
    this.starts.push(start);
    this.ends.push(end);
    this.directions.push(FRAME_DIRECTIONS.indexOf(direction));
  }
}
