import { createInstrumentFolds } from '@tapecast/market';
import { isStoreAway, type MarketState } from '@tapecast/market-state';
import { type Logger, PacedCircuit, type Registry, type RunningService, watchCircuits } from '@tapecast/service-kit';
import type { TickLog } from '@tapecast/tick-log';
import { Checkpointer } from './checkpoint/checkpointer.ts';
import type { ComputeConfig } from './config.ts';
import { Consumer } from './consume/consumer.ts';
import type { HeldPartition } from './consume/held-partition.ts';
import type { MemberFile } from './consume/member-file.ts';
import { CALL_LATE_MS, STOP_CHECKPOINT_MS, STOP_FLUSH_MS } from './limits.ts';
import { createComputeMetrics } from './metrics.ts';
import { Publisher } from './publish/publisher.ts';
import { within } from './within.ts';

export interface ComputeDeps {
  config: ComputeConfig;
  log: TickLog;
  state: MarketState;
  logger: Logger;
  metrics: Registry;
  /** Unix microseconds, for `computedAtUs`; the machine's clock unless a test says otherwise. The folds never read it. */
  wallClockUs?: () => number;
  /** Where the group's name for this worker is kept. Default: nowhere. */
  member?: MemberFile | undefined;
}

const machineClockUs = (): number => Math.round((performance.timeOrigin + performance.now()) * 1_000);

/**
 * One compute worker: a member of the group over `md.ticks` that folds its partitions, publishes to `md.updates` and
 * stores what it has become. Log and store are the caller's to close, after `stop`.
 */
export async function startCompute(deps: ComputeDeps): Promise<RunningService> {
  const { config, log, logger } = deps;
  // Each partition asks the store again at its own pace, and the publisher has one send under way: nothing waits behind them.
  const circuits = {
    state: new PacedCircuit({ target: 'state', lateMs: CALL_LATE_MS, isFailure: isStoreAway }),
    updates: new PacedCircuit({ target: 'md.updates', lateMs: CALL_LATE_MS }),
  };
  watchCircuits(deps.metrics, Object.values(circuits));
  const state = circuits.state.watched(deps.state);
  const wallClockUs = deps.wallClockUs ?? machineClockUs;
  let reportFailure: (error: Error) => void = () => {};
  const failed = new Promise<Error>((resolve) => {
    reportFailure = resolve;
  });
  void log.failed.then((error) => reportFailure(error));

  const metrics = createComputeMetrics(deps.metrics, {
    partitions: () => count((held) => (held.state === 'running' ? 1 : 0)),
    instruments: () => count((held) => held.fold.instrumentCount),
    pendingUpdates: () => publisher.pending,
    lagTicks: () => count((held) => Math.max(0, held.end - held.fold.ticksNext)),
    checkpointAgeSeconds: () => {
      let oldest = 0;
      const nowMs = performance.now();
      for (const held of consumer.held()) oldest = Math.max(oldest, nowMs - held.storedAtMs);
      return oldest / 1_000;
    },
    *stands() {
      const nowUs = wallClockUs();
      for (const { partition, fold, outbox, state: is } of consumer.held())
        if (is === 'running')
          yield { partition, ticksNext: fold.ticksNext, updatesNext: outbox.updatesNext, ageUs: outbox.ageAt(nowUs) };
    },
  });
  const publisher = new Publisher({
    producer: circuits.updates.watched(await log.producer('md.updates')),
    flushIntervalMs: config.flushIntervalMs,
    wallClockUs,
    metrics,
    onFailure: (error) => reportFailure(error),
  });
  const consumer = new Consumer({
    log,
    state,
    groupId: config.group,
    factory: createInstrumentFolds(),
    publisher,
    metrics,
    logger,
    onParked: (held) => checkpointer.handOver(held),
    member: deps.member,
  });
  const checkpointer = new Checkpointer({
    state,
    publisher,
    metrics,
    logger,
    intervalMs: config.checkpointIntervalMs,
    updatesMax: config.checkpointUpdates,
    held: () => consumer.held(),
    onRefused: (held) => consumer.drop(held),
    onFailure: (error) => reportFailure(error),
  });
  const count = (of: (held: HeldPartition) => number): number => {
    let sum = 0;
    for (const held of consumer.held()) sum += of(held);
    return sum;
  };

  checkpointer.start();
  await consumer.join();

  /** The order matters: the partitions leave this worker only when the next owner finds all of their state stored. */
  const stop = async (): Promise<void> => {
    consumer.halt();
    if (await within(STOP_FLUSH_MS, publisher.drained())) {
      const stored = checkpointer.stop().then(() => checkpointer.storeAll());
      if (!(await within(STOP_CHECKPOINT_MS, stored))) logger.warn({ event: 'stopped_without_checkpoint' });
    } else logger.warn({ event: 'stopped_with_updates_unsent', updates: publisher.pending });
    await consumer.leave();
    await publisher.stop();
    await checkpointer.stop();
  };
  let stopped: Promise<void> | undefined;
  return {
    name: 'compute',
    ready: () => consumer.ready(),
    failed,
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
}
