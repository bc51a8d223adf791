import { setTimeout as delay } from 'node:timers/promises';
import { type RecordStore, StoreSharing } from '@tapecast/replay-store';
import { type Logger, type Registry, StartError } from '@tapecast/service-kit';
import { LogSharing, type TickLog } from '@tapecast/tick-log';
import type { GatewayProcessConfig } from '../config.ts';
import type { DrainPlan } from '../drain/drain.ts';
import { Acceptor } from '../edge/acceptor.ts';
import { limitsOf } from '../edge/options.ts';
import { mergedReport } from '../explain/merged-report.ts';
import type { Gateway } from '../gateway.ts';
import { DEFAULT_LIMITS, limitsDisagree } from '../limits.ts';
import { limitsOfThread, THREADS_LIMITS } from './limits.ts';
import { mergedMetrics } from './merged-metrics.ts';
import { toSent } from './sent-error.ts';
import { ServingThread } from './serving-thread.ts';

export interface ThreadedGatewayDeps {
  config: GatewayProcessConfig;
  /** Read here for all threads. The caller closes it after the gateway stopped. */
  log: TickLog;
  /** Of the raw records of all threads. The caller closes it after the gateway stopped. */
  replayStore: RecordStore | undefined;
  logger: Logger;
  /** Of this thread; what the others count is added by `metricsText`. */
  metrics: Registry;
}

export type ThreadedGateway = Gateway & { metricsText(): Promise<string> };

/**
 * A gateway whose clients are served by several threads. This one listens, deals the connections to them by turns, and reads
 * the log once for all; each of them is a gateway of its own otherwise, with its own view of the log, state of what its
 * clients hold, reads of the store and keys. A thread that ends, hangs or fails ends the process.
 */
export async function startThreadedGateway(deps: ThreadedGatewayDeps): Promise<ThreadedGateway> {
  const { config, log, replayStore, logger } = deps;
  const limits = limitsOfThread({ ...DEFAULT_LIMITS, ...limitsOf(config) }, config.threads);
  const disagreement = limitsDisagree(limits);
  if (disagreement !== undefined)
    throw new StartError('bad_option', `The gateway's limits contradict each other: ${disagreement}.`);
  const acceptor = Acceptor.withoutClients(config.tlsCert !== '');
  const sharing = new LogSharing(log, config.threads);
  const stored = replayStore === undefined ? undefined : new StoreSharing(replayStore);
  const threads = Array.from(
    { length: config.threads },
    (_, index) =>
      new ServingThread({ index, config, limits, log: sharing.access(), store: stored?.access() }, acceptor),
  );
  const release = async (): Promise<void> => {
    acceptor.close();
    await Promise.all(threads.map((thread) => thread.end()));
    stored?.close();
    await sharing.close();
  };
  let port: number;
  try {
    await Promise.all(threads.map(({ listens }) => listens));
    port = await listen(acceptor, config, threads);
    await Promise.all(threads.map(({ started }) => started));
  } catch (error) {
    await release();
    throw error;
  }
  const { failed, watch } = watchOver(threads, log);
  logger.info({ event: 'threads_started', threads: threads.length });

  let stopping: Promise<void> | undefined;
  let draining = false;
  const drain = async (plan: Partial<DrainPlan> = {}): Promise<void> => {
    draining = true;
    acceptor.stopListening();
    const { perSecond = config.drainPerSecond, deadlineMs = config.drainMs } = plan;
    const own = { perSecond: perSecond / threads.length, deadlineMs };
    await Promise.all(threads.map((thread) => thread.drain(own)));
  };
  const stop = async (): Promise<void> => {
    clearInterval(watch);
    await Promise.race([drain(), delay(config.drainMs, undefined, { ref: false })]);
    // Whoever is left goes now: a thread that stops waits for nobody.
    for (const thread of threads) thread.say({ kind: 'drain', plan: { perSecond: 1, deadlineMs: 0 } });
    await Promise.all(threads.map((thread) => thread.stop()));
    await release();
  };
  return {
    name: 'gateway',
    port,
    failed,
    ready: () => {
      if (stopping !== undefined) return { ready: false, reason: 'stopping' };
      if (draining) return { ready: false, reason: 'draining' };
      const reasons = threads.map((thread) => thread.ready()).filter(({ ready }) => !ready);
      return { ready: reasons.length === 0, reason: reasons.map(({ reason }) => reason).join('; ') };
    },
    reloadCertificate: async () => {
      for (const thread of threads) thread.say({ kind: 'reload' });
    },
    metricsText: async () => {
      const told = threads.map(async (thread) => ({
        metrics: await thread.metrics(),
        activeSeconds: thread.activeSeconds,
      }));
      return mergedMetrics(await deps.metrics.getMetricsAsJSON(), await Promise.all(told));
    },
    drain,
    session: async (id) => mergedReport(await Promise.all(threads.map((thread) => thread.session(id)))),
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}

/** Each thread has said which of its apps are to be given connections. */
async function listen(
  acceptor: Acceptor,
  { host, port }: GatewayProcessConfig,
  threads: readonly ServingThread[],
): Promise<number> {
  try {
    const taken = await acceptor.listen(host, port);
    for (const thread of threads) thread.say({ kind: 'listening', port: taken });
    return taken;
  } catch (error) {
    for (const thread of threads) thread.say({ kind: 'not_listening', error: toSent(error) });
    throw error;
  }
}

/** The first reason why the process can't go on: the log's, a thread's, or that a thread is silent. */
function watchOver(threads: readonly ServingThread[], log: TickLog): { failed: Promise<Error>; watch: NodeJS.Timeout } {
  let hung: (error: Error) => void = () => {};
  const silent = new Promise<Error>((resolve) => {
    hung = resolve;
  });
  const watch = setInterval(() => {
    for (const { index, silentMs } of threads)
      if (silentMs > THREADS_LIMITS.silentMsMax)
        hung(new Error(`serving thread ${index} has not answered for ${Math.round(silentMs)} ms`));
  }, THREADS_LIMITS.silentMs / 2);
  return { failed: Promise.race([log.failed, silent, ...threads.map(({ failed }) => failed)]), watch };
}
