import type { Logger } from '@tapecast/service-kit';
import {
  ItickConnection,
  type ItickConnectionHandlers,
  type ItickConnectionOptions,
  SYMBOLS_PER_CONNECTION_MAX,
} from './connection.ts';
import type { ItickSymbol } from './symbols.ts';

/** What each connection of a class is told apart by. */
export interface ClassSocketsHandlers {
  /** Handlers of one connection; `id` is its own for the feed's life. */
  connection(id: number): ItickConnectionHandlers;
  /** A symbol belongs to this connection from the beginning. */
  onAssigned(symbol: ItickSymbol, id: number): void;
  /** These symbols are to change from one connection to the other, once that one is subscribed. */
  onReplacing(symbols: readonly ItickSymbol[], from: number, to: number): void;
  onStopped(id: number): void;
}

export interface ClassSocketsOptions extends Omit<ItickConnectionOptions, 'handlers' | 'logger'> {
  handlers: ClassSocketsHandlers;
  nextId: () => number;
  logger: Logger;
}

interface Numbered {
  id: number;
  connection: ItickConnection;
}

/**
 * The connections of one asset class, each with up to 500 symbols. Symbols that are new go over connections that have room.
 * The venue has no unsubscribe: a connection that is to have fewer is replaced by one with those that are left, and ended
 * when all of these have changed over.
 */
export class ClassSockets {
  readonly #options: ClassSocketsOptions;
  #connections: Numbered[] = [];
  #replacing: { from: Numbered; to: Numbered }[] = [];
  #paused = false;

  constructor(options: ClassSocketsOptions) {
    this.#options = options;
  }

  /** All that stand for symbols, those that are being replaced among them. */
  get connections(): readonly ItickConnection[] {
    return [...this.#connections, ...this.#replacing.map(({ from }) => from)].map(({ connection }) => connection);
  }

  isAccepted(id: number): boolean {
    return this.#connections.some((each) => each.id === id && each.connection.accepted);
  }

  /** Follows exactly these from now on. */
  setSymbols(wanted: readonly ItickSymbol[]): void {
    // A replacement under way is of other symbols: it begins anew from the connection that still speaks.
    for (const { to } of [...this.#replacing]) this.abandon(to.id);
    const wantedNow = new Set(wanted);
    for (const numbered of [...this.#connections]) this.#shrink(numbered, wantedNow);
    const have = new Set(this.#connections.flatMap(({ connection }) => [...connection.wanted]));
    this.#grow(wanted.filter((symbol) => !have.has(symbol)));
  }

  /** Every symbol of `to` has changed over. */
  replaced(to: number): void {
    const replacing = this.#replacing.find((each) => each.to.id === to);
    if (replacing === undefined) return;
    this.#replacing = this.#replacing.filter((each) => each !== replacing);
    this.#end(replacing.from);
  }

  /** The plan has no room for a connection more: the old one stays, and what is not wanted of it is left out. */
  abandon(to: number): void {
    const replacing = this.#replacing.find((each) => each.to.id === to);
    if (replacing === undefined) return;
    this.#replacing = this.#replacing.filter((each) => each !== replacing);
    this.#connections = this.#connections.map((each) => (each === replacing.to ? replacing.from : each));
    this.#end(replacing.to);
  }

  pause(): void {
    this.#paused = true;
    for (const connection of this.connections) connection.pause();
  }

  resume(): void {
    this.#paused = false;
    for (const connection of this.connections) connection.resume();
  }

  stop(): void {
    for (const connection of this.connections) connection.stop();
  }

  #shrink(numbered: Numbered, wanted: ReadonlySet<ItickSymbol>): void {
    const { id, connection } = numbered;
    const left = [...connection.wanted].filter((symbol) => wanted.has(symbol));
    if (left.length === connection.wanted.size) return;
    this.#connections = this.#connections.filter((each) => each !== numbered);
    if (left.length === 0) {
      this.#end(numbered);
      return;
    }
    const to = this.#open(left);
    this.#replacing.push({ from: numbered, to });
    this.#options.handlers.onReplacing(left, id, to.id);
    to.connection.start();
  }

  #grow(added: readonly ItickSymbol[]): void {
    let at = 0;
    for (const { id, connection } of this.#connections) {
      const part = added.slice(at, at + SYMBOLS_PER_CONNECTION_MAX - connection.wanted.size);
      if (part.length === 0) continue;
      at += part.length;
      for (const symbol of part) this.#options.handlers.onAssigned(symbol, id);
      connection.add(part);
    }
    for (; at < added.length; at += SYMBOLS_PER_CONNECTION_MAX) {
      const part = added.slice(at, at + SYMBOLS_PER_CONNECTION_MAX);
      const { id, connection } = this.#open(part);
      for (const symbol of part) this.#options.handlers.onAssigned(symbol, id);
      connection.start();
    }
  }

  #open(symbols: readonly ItickSymbol[]): Numbered {
    const { handlers, nextId, logger, ...common } = this.#options;
    const id = nextId();
    const connection = new ItickConnection(
      { ...common, handlers: handlers.connection(id), logger: logger.child({ connection: id }) },
      symbols,
    );
    if (this.#paused) connection.pause();
    const numbered = { id, connection };
    this.#connections.push(numbered);
    return numbered;
  }

  #end({ id, connection }: Numbered): void {
    connection.stop();
    this.#options.handlers.onStopped(id);
  }
}
