import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { openRedisFleet, openRedisMarketState, openRedisSessionStore } from '@tapecast/market-state';
import { openSharedRecordStore } from '@tapecast/replay-store';
import { createLogger, createRegistry } from '@tapecast/service-kit';
import { openRedisSignalBus } from '@tapecast/signal-bus';
import { openSharedTickLog } from '@tapecast/tick-log';
import type { Door } from '../edge/acceptor.ts';
import { type Gateway, startGateway } from '../gateway.ts';
import { THREADS_LIMITS } from './limits.ts';
import type { FromServing, ThreadStart, ToServing } from './messages.ts';
import { fromSent, toSent } from './sent-error.ts';

/*
 * One of several threads that serve clients: a gateway as it stands alone in a process, but for the log, which another thread
 * reads for all, and the port, which that thread listens on.
 */

const port = parentPort as MessagePort;
const { index, config, limits, log: access, store: storeAccess } = workerData as ThreadStart;
const say = (message: FromServing): void => port.postMessage(message);

/** The thread that listens says how it went once all threads could serve. */
let listening: { resolve: (port: number) => void; reject: (error: Error) => void } | undefined;
const door: Door = {
  add: (descriptor) => say({ kind: 'app', descriptor, open: true }),
  remove: (descriptor) => say({ kind: 'app', descriptor, open: false }),
  listen: () =>
    new Promise((resolve, reject) => {
      listening = { resolve, reject };
      say({ kind: 'listen' });
    }),
  // It has stopped listening before it told us to stop.
  stopListening: () => {},
  close: () => {},
};

const logger = createLogger('gateway', config.logLevel).child({ thread: index });
const metrics = createRegistry();
let stop = async (): Promise<void> => {};
let reload = async (): Promise<void> => {};
let session: Gateway['session'] = async () => undefined;
let drain: Gateway['drain'] = async () => {};

port.on('message', (message: ToServing) => {
  switch (message.kind) {
    case 'listening':
      listening?.resolve(message.port);
      return;
    case 'not_listening':
      listening?.reject(fromSent(message.error));
      return;
    case 'metrics':
      own(metrics.getMetricsAsJSON().then((all) => say({ kind: 'metrics', ask: message.ask, metrics: all })));
      return;
    case 'session':
      own(session(message.id).then((report) => say({ kind: 'session', ask: message.ask, report })));
      return;
    case 'reload':
      own(reload());
      return;
    case 'drain':
      own(drain(message.plan).then(() => say({ kind: 'drained' })));
      return;
    case 'stop':
      own(stop().then(() => say({ kind: 'stopped' })));
  }
});

/** What fails here ends the process: a thread's clients can't be given to another. */
function own(work: Promise<void>): void {
  work.catch((error: unknown) => say({ kind: 'failed', error: toSent(error) }));
}

async function serve(): Promise<void> {
  const log = openSharedTickLog(access);
  const state = await openRedisMarketState({ nodes: config.redis, logger });
  const sessions = await openRedisSessionStore({ nodes: config.redis, logger });
  const signals = await openRedisSignalBus({ nodes: config.redis, logger });
  const fleet = config.rebalance === 'on' ? await openRedisFleet({ nodes: config.redis, logger }) : undefined;
  const replayStore = storeAccess === undefined ? undefined : openSharedRecordStore(storeAccess);
  const gateway = await startGateway({
    config: { ...config, limits },
    log,
    state,
    sessions,
    signals,
    fleet,
    replayStore,
    logger,
    metrics,
    door,
    ...(config.pageDir === '' ? {} : { page: { dir: config.pageDir } }),
  });
  const timer = setInterval(() => say({ kind: 'state', readiness: gateway.ready() }), THREADS_LIMITS.stateEveryMs);
  reload = () => gateway.reloadCertificate();
  drain = (plan) => gateway.drain(plan);
  session = (id) => gateway.session(id);
  stop = async () => {
    clearInterval(timer);
    await gateway.stop();
    await Promise.all([
      log.close(),
      state.close(),
      sessions.close(),
      signals.close(),
      fleet?.close(),
      replayStore?.close(),
    ]);
  };
  own(
    gateway.failed.then((error) => {
      throw error;
    }),
  );
  say({ kind: 'state', readiness: gateway.ready() });
  say({ kind: 'started' });
}

own(serve());
