import { setTimeout as delay } from 'node:timers/promises';
import { Child } from '../fan-out/child.ts';
import type { Account } from './clients-main.ts';
import { TRAIL, type Trail } from './returning.ts';

export interface CrowdOptions {
  /** `host:port` of the edge. */
  address: string;
  kind: 'lean' | 'sdk';
  protocol: string;
  intervalMs: number;
  /** Symbols of each client. */
  lists: readonly (readonly string[])[];
  /** Processes are numbered through: each has an address of 127.0.0.0/8 of its own. */
  firstProcess: number;
}

/** What a process carries without its timers going late: a Node process of these clients takes most of a core as they come back. */
const CLIENTS_A_PROCESS = { lean: 5_000, sdk: 2_500 } as const;
const FIRST_ADDRESS = 20;
const POLL_MS = 100;

/** Clients of one kind in their processes. */
export class Crowd {
  readonly kind: CrowdOptions['kind'];
  readonly #children: Child[];

  private constructor(kind: CrowdOptions['kind'], children: Child[]) {
    this.kind = kind;
    this.#children = children;
  }

  static processesOf(kind: CrowdOptions['kind'], clients: number): number {
    return Math.ceil(clients / CLIENTS_A_PROCESS[kind]);
  }

  /** Resolves when all are connected and subscribed. */
  static async connect({ kind, lists, firstProcess, ...options }: CrowdOptions): Promise<Crowd> {
    const count = Crowd.processesOf(kind, lists.length);
    const children = Array.from({ length: count }, () => Child.start('../come-back/clients-main', [], [], true));
    await Promise.all(
      children.map((child, i) =>
        child.ask({
          ...{ do: 'connect', kind, ...options, from: `127.0.0.${FIRST_ADDRESS + firstProcess + i}` },
          lists: lists.filter((_, n) => n % count === i),
        }),
      ),
    );
    return new Crowd(kind, children);
  }

  get processes(): { role: string; index: number; pid: number }[] {
    return this.#children.map(({ pid }, index) => ({ role: `clients ${this.kind}`, index, pid }));
  }

  async arm(): Promise<void> {
    await this.#all({ do: 'arm' });
  }

  async change(symbols: readonly string[]): Promise<void> {
    await this.#all({ do: 'change', symbols });
  }

  async away(): Promise<{ closed: number; away: number }> {
    const all = await this.#all<{ closed: number; away: number }>({ do: 'away' });
    return { closed: sum(all, ({ closed }) => closed), away: sum(all, ({ away }) => away) };
  }

  /** Of those who lost their connection. */
  async trails(): Promise<Trail[]> {
    const trails: Trail[] = [];
    for (const numbers of await this.#all<Float64Array>({ do: 'trails' }))
      for (let at = 0; at < numbers.length; at += TRAIL.length)
        trails.push(Object.fromEntries(TRAIL.map((name, i) => [name, numbers[at + i] as number])) as Trail);
    return trails;
  }

  /** Resolves with the clients that are not where the log ends: 0, or some who did not get there in time. */
  async drained(ends: Readonly<Record<string, number>>, withinMs: number): Promise<number> {
    const untilMs = performance.now() + withinMs;
    for (;;) {
      const behind = sum(await this.#all<number>({ do: 'behind', ends }), (count) => count);
      if (behind === 0 || performance.now() > untilMs) return behind;
      await delay(POLL_MS);
    }
  }

  accounts(): Promise<Account[]> {
    return this.#all({ do: 'account' });
  }

  async stop(): Promise<void> {
    await Promise.all(this.#children.map((child) => child.stop()));
  }

  #all<T>(request: { do: string } & Record<string, unknown>): Promise<T[]> {
    return Promise.all(this.#children.map((child) => child.ask<T>(request)));
  }
}

const sum = <T>(items: readonly T[], of: (item: T) => number): number =>
  items.reduce((total, item) => total + of(item), 0);
