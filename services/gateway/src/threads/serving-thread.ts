import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { MetricObject, Readiness } from '@tapecast/service-kit';
import type { DrainPlan } from '../drain/drain.ts';
import type { Door } from '../edge/acceptor.ts';
import type { SessionReport } from '../explain/session-report.ts';
import { THREADS_LIMITS } from './limits.ts';
import type { FromServing, ThreadStart, ToServing } from './messages.ts';
import { fromSent } from './sent-error.ts';

/** One thread that serves clients, as the thread sees it that started it. */
export class ServingThread {
  readonly index: number;
  /** It could serve whoever comes. Rejects when its start fails. */
  readonly listens: Promise<void>;
  readonly started: Promise<void>;
  /** Resolves when it can't go on, or has ended without being told to. */
  readonly failed: Promise<Error>;
  readonly #worker: Worker;
  readonly #door: Pick<Door, 'add' | 'remove'>;
  readonly #asks = new Map<number, (answer: FromServing) => void>();
  #lastAsk = 0;
  #readiness: Readiness = { ready: false, reason: 'starting' };
  #heardAtMs = performance.now();
  #ending = false;
  #exited = false;
  #stopped: (() => void) | undefined;
  #draining: Promise<void> | undefined;
  #drained: (() => void) | undefined;
  #onListens: () => void = () => {};
  #onStarted: () => void = () => {};
  #onFailed: (error: Error) => void = () => {};

  constructor(start: ThreadStart, door: Pick<Door, 'add' | 'remove'>) {
    this.index = start.index;
    this.#door = door;
    this.failed = new Promise((resolve) => {
      this.#onFailed = resolve;
    });
    this.listens = this.#orFailed((resolve) => {
      this.#onListens = resolve;
    });
    this.started = this.#orFailed((resolve) => {
      this.#onStarted = resolve;
    });
    this.#worker = new Worker(new URL(`./main${extname(import.meta.filename)}`, import.meta.url), {
      name: `gateway-${start.index}`,
      workerData: start,
      transferList: start.store === undefined ? [start.log.port] : [start.log.port, start.store.port],
    });
    this.#worker.on('message', (message: FromServing) => this.#take(message));
    this.#worker.on('error', (error) => this.#onFailed(error instanceof Error ? error : new Error(String(error))));
    this.#worker.on('exit', (code) => {
      if (!this.#ending) this.#onFailed(new Error(`serving thread ${this.index} ended by itself with code ${code}`));
      this.#exited = true;
      this.#stopped?.();
      this.#drained?.();
    });
  }

  /** How long it has given no sign of life. Before it has started that is its start. */
  get silentMs(): number {
    return performance.now() - this.#heardAtMs;
  }

  ready(): Readiness {
    if (this.silentMs > THREADS_LIMITS.silentMs)
      return { ready: false, reason: `thread ${this.index} has not answered for ${Math.round(this.silentMs)} ms` };
    const { ready, reason } = this.#readiness;
    return { ready, reason: ready ? '' : `thread ${this.index}: ${reason}` };
  }

  /** Seconds that its event loop was not waiting. */
  get activeSeconds(): number {
    return this.#worker.performance.eventLoopUtilization().active / 1000;
  }

  say(message: ToServing): void {
    this.#worker.postMessage(message);
  }

  async metrics(): Promise<MetricObject[]> {
    const answer = await this.#ask('its metrics', (ask) => ({ kind: 'metrics', ask }));
    return answer.kind === 'metrics' ? answer.metrics : [];
  }

  async session(id: string): Promise<SessionReport | undefined> {
    const answer = await this.#ask('of a session', (ask) => ({ kind: 'session', ask, id }));
    return answer.kind === 'session' ? answer.report : undefined;
  }

  #ask(what: string, question: (ask: number) => ToServing): Promise<FromServing> {
    return new Promise((resolve, reject) => {
      const ask = ++this.#lastAsk;
      const late = setTimeout(() => {
        this.#asks.delete(ask);
        reject(new Error(`thread ${this.index} did not tell ${what} within ${THREADS_LIMITS.metricsMs} ms`));
      }, THREADS_LIMITS.metricsMs);
      this.#asks.set(ask, (answer) => {
        clearTimeout(late);
        resolve(answer);
      });
      this.say(question(ask));
    });
  }

  /** Has it send its clients elsewhere; resolves when none is left, or at the deadline. */
  drain(plan: DrainPlan): Promise<void> {
    this.#draining ??= new Promise((resolve) => {
      this.#drained = resolve;
    });
    // Told again, it may be told to hurry.
    if (this.#exited) this.#drained?.();
    else this.say({ kind: 'drain', plan });
    return this.#draining;
  }

  /** Has it say goodbye to its clients and let go of everything; ends it when it does not. */
  async stop(): Promise<void> {
    if (this.#exited) return;
    await new Promise<void>((resolve) => {
      const late = setTimeout(resolve, THREADS_LIMITS.stopMs);
      this.#stopped = () => {
        clearTimeout(late);
        resolve();
      };
      this.say({ kind: 'stop' });
    });
    await this.end();
  }

  async end(): Promise<void> {
    this.#ending = true;
    await this.#worker.terminate();
  }

  #take(message: FromServing): void {
    this.#heardAtMs = performance.now();
    switch (message.kind) {
      case 'app':
        if (message.open) this.#door.add(message.descriptor);
        else this.#door.remove(message.descriptor);
        return;
      case 'listen':
        this.#onListens();
        return;
      case 'started':
        this.#onStarted();
        return;
      case 'state':
        this.#readiness = message.readiness;
        return;
      case 'metrics':
      case 'session':
        this.#asks.get(message.ask)?.(message);
        this.#asks.delete(message.ask);
        return;
      case 'failed':
        this.#onFailed(fromSent(message.error));
        return;
      case 'drained':
        this.#drained?.();
        return;
      case 'stopped':
        this.#stopped?.();
    }
  }

  /** A promise that also rejects when the thread fails; nobody has to wait for it. */
  #orFailed(begin: (resolve: () => void) => void): Promise<void> {
    const promise = new Promise<void>((resolve, reject) => {
      begin(resolve);
      void this.failed.then(reject);
    });
    promise.catch(() => {});
    return promise;
  }
}
