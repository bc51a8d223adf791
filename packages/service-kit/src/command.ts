import type { z } from 'zod';
import { StartError } from './errors.ts';
import { type CommandDescription, HelpRequested, type OptionSchema, readOptions } from './options.ts';
import type { RunningService } from './service.ts';

/** Signals closer together than this are one: npm and a terminal both pass Ctrl-C on. */
const SIGNAL_REPEAT_MS = 2_000;
/** A stop that takes longer ends the process all the same; of a command that does not say otherwise. */
const STOP_DEADLINE_MS = 14_000;

export interface Command<S extends OptionSchema> {
  description: CommandDescription;
  schema: S;
  /**
   * Starts everything and resolves when a client can be served, with the addresses for the `ready` line.
   * `onReady` is called when that line is out.
   */
  start(
    config: Readonly<z.infer<S>>,
    abort: AbortSignal,
  ): Promise<{ service: RunningService; addresses: string[]; onReady?: () => void }>;
  /**
   * `start` heeds `abort`: it releases what it has and ends soon. Otherwise a signal before the `ready` line ends the
   * process at once.
   */
  abortable?: boolean;
  /** How long a stop may take, where it has to wait for others. */
  stopMsMax?(config: Readonly<z.infer<S>>): number;
}

/**
 * Runs a command for as long as it lives: options, start, the `ready` line, signals, ordered stop, exit code
 * (0 stopped, 1 failed, 2 wrong options).
 */
export async function runCommand<S extends OptionSchema>(command: Command<S>): Promise<void> {
  let stopping = false;
  let firstSignalAt = 0;
  let service: RunningService | undefined;
  let stopMsMax = STOP_DEADLINE_MS;
  const abort = new AbortController();

  const stop = async (code: number): Promise<void> => {
    if (stopping) return;
    stopping = true;
    const deadline = setTimeout(() => {
      process.stderr.write(`not stopped after ${stopMsMax} ms: ending all the same\n`);
      process.exit(code === 0 ? 1 : code);
    }, stopMsMax);
    try {
      await service?.stop();
    } catch (error) {
      process.stderr.write(`while stopping: ${describe(error)}\n`);
      process.exit(1);
    }
    clearTimeout(deadline);
    process.exit(code);
  };
  const onSignal = (): void => {
    const now = performance.now();
    if (firstSignalAt === 0) firstSignalAt = now;
    else if (now - firstSignalAt > SIGNAL_REPEAT_MS) process.exit(1);
    if (service !== undefined) void stop(0);
    // Before the start is through there is nothing to stop in order; children watch for their parent's end.
    else if (!command.abortable) process.exit(0);
    else if (!abort.signal.aborted) {
      abort.abort();
      setTimeout(() => process.exit(1), STOP_DEADLINE_MS);
    }
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);

  try {
    const config = readOptions(command.description, command.schema, process.argv.slice(2), process.env);
    stopMsMax = command.stopMsMax?.(config) ?? STOP_DEADLINE_MS;
    const started = await command.start(config, abort.signal);
    service = started.service;
    if (abort.signal.aborted) return await stop(0);
    process.stdout.write(`ready ${started.addresses.join(' ')}\n`);
    started.onReady?.();
    const error = await Promise.race([service.failed, service.finished ?? new Promise<never>(() => {})]);
    if (error === undefined) return await stop(0);
    process.stderr.write(`${service.name} can't go on: ${describe(error)}\n`);
    await stop(1);
  } catch (error) {
    if (abort.signal.aborted) process.exit(0);
    if (error instanceof HelpRequested) {
      process.stdout.write(`${error.message}\n`);
      process.exit(0);
    }
    process.stderr.write(`${error instanceof StartError ? error.message : describe(error)}\n`);
    process.exit(error instanceof StartError && error.code === 'bad_option' ? 2 : 1);
  }
}

export interface Task<S extends OptionSchema> {
  description: CommandDescription;
  schema: S;
  run(config: Readonly<z.infer<S>>): Promise<void>;
}

/**
 * Runs what ends by itself: options, the work, exit code (0 done, 1 failed, 2 wrong options). `StartError` is a sentence for
 * the person who typed it; anything else is a defect and comes with its stack.
 */
export async function runTask<S extends OptionSchema>(task: Task<S>, argv: readonly string[]): Promise<void> {
  try {
    await task.run(readOptions(task.description, task.schema, argv, process.env));
  } catch (error) {
    if (error instanceof HelpRequested) {
      process.stdout.write(`${error.message}\n`);
      return;
    }
    process.stderr.write(`${error instanceof StartError ? error.message : describe(error)}\n`);
    process.exitCode = error instanceof StartError && error.code === 'bad_option' ? 2 : 1;
  }
}

const describe = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));
