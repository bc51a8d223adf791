/** Ids of trades by their numbers, as the first client of this process was told them: all others have to be told the same. */
export class TradeIds {
  readonly #ids = new Map<string, Map<number, string>>();

  /** False where another client was told another id for that number. */
  note(symbol: string, number: number, id: string): boolean {
    let ofSymbol = this.#ids.get(symbol);
    if (ofSymbol === undefined) {
      ofSymbol = new Map();
      this.#ids.set(symbol, ofSymbol);
    }
    const known = ofSymbol.get(number);
    if (known === undefined) ofSymbol.set(number, id);
    return known === undefined || known === id;
  }

  all(): Map<string, Map<number, string>> {
    return this.#ids;
  }
}

/** One client's trades: each number after the one before, and each with the id that belongs to it. */
export class TradeCheck {
  /** Numbers that were jumped over, were told again or went back, or came with another's id. */
  lost = 0;
  doubled = 0;
  unequal = 0;
  trades = 0;
  readonly #ids: TradeIds;
  readonly #last = new Map<string, number>();

  constructor(ids: TradeIds) {
    this.#ids = ids;
  }

  /** The client has the stream from the number after this one on. */
  begin(symbol: string, number: number): void {
    if (!this.#last.has(symbol)) this.#last.set(symbol, number);
  }

  take(symbol: string, number: number, id: string): void {
    this.trades++;
    const last = this.#last.get(symbol) ?? number - 1;
    if (number <= last) {
      this.doubled++;
      return;
    }
    this.lost += number - last - 1;
    if (!this.#ids.note(symbol, number, id)) this.unequal++;
    this.#last.set(symbol, number);
  }

  last(symbol: string): number {
    return this.#last.get(symbol) ?? 0;
  }

  /** Symbols in which it is not at the number where the log ends. */
  behind(ends: Readonly<Record<string, number>>): number {
    let count = 0;
    for (const [symbol, last] of this.#last) if (last !== (ends[symbol] ?? 0)) count++;
    return count;
  }
}
