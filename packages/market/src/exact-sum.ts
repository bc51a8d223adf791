/**
 * A sum of integers without rounding, however large. Adding allocates nothing while the amounts stay within 2^53: a
 * bigint is made only when the sum is read or the small part is full (a bar of 1d is read once a second, and added to
 * at every trade).
 */
export class ExactSum {
  #whole: bigint;
  #part = 0;

  constructor(value = 0n) {
    this.#whole = value;
  }

  add(amount: number): void {
    const sum = this.#part + amount;
    if (Number.isSafeInteger(sum)) {
      this.#part = sum;
    } else {
      this.#whole += BigInt(this.#part);
      this.#part = amount;
    }
  }

  /** Adds a * b, both safe integers. */
  addProduct(a: number, b: number): void {
    const product = a * b;
    if (Number.isSafeInteger(product)) this.add(product);
    else this.#whole += BigInt(a) * BigInt(b);
  }

  get value(): bigint {
    if (this.#part !== 0) {
      this.#whole += BigInt(this.#part);
      this.#part = 0;
    }
    return this.#whole;
  }

  multiply(factor: number): void {
    this.#whole = this.value * BigInt(factor);
  }
}
