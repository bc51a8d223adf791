import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@tapecast/service-kit';
import { ADMIN_TIMEOUT_MS, ROLLING_READY_DEADLINE_MS, ROLLING_STOP_MARGIN_MS } from './limits.ts';

/** A gateway process, as far as restarting it is concerned. */
export interface RestartableGateway {
  /** `gateway-0`. */
  readonly name: string;
  readonly adminPort: number;
  /** Resolves when the process that runs now has ended. */
  exited(): Promise<unknown>;
  /** Resolves when the one after it is ready. Rejects past the deadline. */
  ready(deadlineMs: number): Promise<void>;
}

/** How each gateway is emptied. */
export interface RollingPlan {
  /** Clients that leave a second. */
  perSecond: number;
  /** Longest time for each. */
  drainMs: number;
}

export type GatewayStep = 'waiting' | 'draining' | 'starting' | 'done';

/** What is told of a rolling restart, as `GET /gateways/restart` has it. */
export interface RollingState {
  state: 'none' | 'running' | 'done' | 'failed';
  gateways: { name: string; state: GatewayStep; drainedMs?: number; restartedMs?: number }[];
  error?: string;
}

/**
 * Restarts gateways one after the other: each is emptied in slots, ends by itself, is started again by the supervisor, and
 * is ready before the next one's turn. So at most one is missing at any time, and clients move at the given rate.
 */
export class RollingRestart {
  readonly #logger: Logger;
  #state: RollingState = { state: 'none', gateways: [] };

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  get state(): RollingState {
    return this.#state;
  }

  /** Why it can't begin; undefined where it has begun. */
  begin(gateways: readonly RestartableGateway[], plan: RollingPlan): string | undefined {
    if (this.#state.state === 'running')
      return 'a rolling restart is under way: GET /gateways/restart tells how far it is';
    if (gateways.length < 2)
      return 'clients of a gateway need another one to go to, and there is only one: start the cluster with --gateways 2 or more';
    this.#state = { state: 'running', gateways: gateways.map(({ name }) => ({ name, state: 'waiting' })) };
    // Owned here: how it ended is told by `state`.
    void this.#run(gateways, plan).then(
      () => {
        this.#state.state = 'done';
        this.#logger.info({ event: 'rolling_restart_done', gateways: this.#state.gateways });
      },
      (error: unknown) => {
        this.#state.state = 'failed';
        this.#state.error = error instanceof Error ? error.message : String(error);
        this.#logger.error({ event: 'rolling_restart_failed', reason: this.#state.error });
      },
    );
    return undefined;
  }

  async #run(gateways: readonly RestartableGateway[], { perSecond, drainMs }: RollingPlan): Promise<void> {
    for (const [index, gateway] of gateways.entries()) {
      const told = this.#state.gateways[index] as RollingState['gateways'][number];
      const begunAt = performance.now();
      told.state = 'draining';
      this.#logger.info({ event: 'gateway_drains', process: gateway.name, perSecond, drainMs });
      const exited = gateway.exited();
      await askToDrain(gateway, perSecond, drainMs);
      await withinOr(exited, drainMs + ROLLING_STOP_MARGIN_MS, `${gateway.name} did not end after its drain`);
      told.drainedMs = Math.round(performance.now() - begunAt);
      told.state = 'starting';
      await gateway.ready(ROLLING_READY_DEADLINE_MS);
      told.restartedMs = Math.round(performance.now() - begunAt);
      told.state = 'done';
    }
  }
}

async function askToDrain({ name, adminPort }: RestartableGateway, perSecond: number, drainMs: number): Promise<void> {
  const url = `http://127.0.0.1:${adminPort}/drain?per_second=${perSecond}&ms=${drainMs}`;
  const response = await fetch(url, { method: 'POST', signal: AbortSignal.timeout(ADMIN_TIMEOUT_MS) }).catch(
    (error: unknown) => {
      throw new Error(`${name} does not answer: ${String(error)}`);
    },
  );
  if (response.status !== 202) throw new Error(`${name} answers ${response.status} to POST /drain`);
}

async function withinOr(work: Promise<unknown>, ms: number, late: string): Promise<void> {
  const over = new AbortController();
  try {
    await Promise.race([
      work,
      delay(ms, undefined, { signal: over.signal }).then(() => {
        throw new Error(`${late} within ${ms} ms`);
      }),
    ]);
  } finally {
    over.abort();
  }
}
