const HIGH = 2 ** 32;

/** Without a BigInt, which is an object each time: offsets and times stay far below 2⁵³. */
export function readInt64(bytes: Buffer, at: number): number {
  return bytes.readInt32BE(at) * HIGH + bytes.readUInt32BE(at + 4);
}

/** Kafka's primitive types in requests: big-endian, lengths before strings (16 bits) and bytes (32 bits). */
export class ByteWriter {
  // A fetch of some partitions fits, and comes from Node's pool: what is larger is memory of its own each time.
  #bytes = Buffer.allocUnsafe(512);
  #at = 0;

  int8(value: number): void {
    this.#reserve(1);
    this.#at = this.#bytes.writeInt8(value, this.#at);
  }

  int16(value: number): void {
    this.#reserve(2);
    this.#at = this.#bytes.writeInt16BE(value, this.#at);
  }

  int32(value: number): void {
    this.#reserve(4);
    this.#at = this.#bytes.writeInt32BE(value, this.#at);
  }

  int64(value: number): void {
    this.int32(Math.floor(value / HIGH));
    this.#reserve(4);
    this.#at = this.#bytes.writeUInt32BE(value >>> 0, this.#at);
  }

  string(value: string | null): void {
    const text = Buffer.from(value ?? '', 'utf8');
    this.int16(value === null ? -1 : text.length);
    this.#append(text);
  }

  bytes(value: Buffer): void {
    this.int32(value.length);
    this.#append(value);
  }

  finish(): Buffer {
    return this.#bytes.subarray(0, this.#at);
  }

  #append(value: Buffer): void {
    this.#reserve(value.length);
    this.#at += value.copy(this.#bytes, this.#at);
  }

  #reserve(length: number): void {
    if (this.#at + length <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#at + length));
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
  }
}

/** Reads the same back; a range error where the payload ends too early. */
export class ByteReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  int16(): number {
    this.#at += 2;
    return this.#bytes.readInt16BE(this.#at - 2);
  }

  int32(): number {
    this.#at += 4;
    return this.#bytes.readInt32BE(this.#at - 4);
  }

  int64(): number {
    this.#at += 8;
    return readInt64(this.#bytes, this.#at - 8);
  }

  string(): string {
    const length = this.int16();
    return length < 0 ? '' : this.#take(length).toString('utf8');
  }

  skipString(): void {
    this.#take(Math.max(0, this.int16()));
  }

  bytes(): Buffer {
    return this.#take(Math.max(0, this.int32()));
  }

  array(item: () => void): void {
    const count = this.int32();
    for (let n = 0; n < count; n += 1) item();
  }

  #take(length: number): Buffer {
    if (this.#at + length > this.#bytes.length) throw new RangeError('the payload ends within a field');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }
}
