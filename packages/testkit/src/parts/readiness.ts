import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { ProcessExit, ReadyCondition } from './process.ts';

const POLL_MS = 20;
const LOG_TAIL_BYTES = 2_000;
/** A log line longer than this can straddle two reads and be missed by `line`. */
const LINE_OVERLAP_BYTES = 512;

/** What is known of a program while it starts, wherever it runs. */
export interface Starting {
  name: string;
  log: string;
  /** Where in the log this start begins. */
  logStart: number;
  /** undefined while it runs. */
  exit(): ProcessExit | undefined;
}

/** Rejects, with the end of the log, when the program ends first or the deadline passes. */
export async function untilReady(starting: Starting, condition: ReadyCondition): Promise<void> {
  const deadline = Date.now() + condition.deadlineMs;
  let logPosition = starting.logStart;
  let lineSeen = condition.line === undefined;
  for (;;) {
    if (!lineSeen && condition.line !== undefined) {
      const text = readLog(starting.log, logPosition);
      lineSeen = condition.line.test(text);
      logPosition += Math.max(0, text.length - LINE_OVERLAP_BYTES);
    }
    const open = condition.port === undefined || (await accepts(condition.port));
    if (lineSeen && open && (condition.until?.() ?? true)) return;
    const exit = starting.exit();
    if (exit !== undefined) throw notReady(starting, `ended with ${describe(exit)} before it was ready`);
    if (Date.now() > deadline) throw notReady(starting, `was not ready within ${condition.deadlineMs} ms`);
    await delay(POLL_MS);
  }
}

function notReady({ name, log, logStart }: Starting, what: string): Error {
  return new Error(`${name} ${what}. The end of ${log}:\n${readLog(log, logStart).slice(-LOG_TAIL_BYTES)}`);
}

function describe(exit: ProcessExit): string {
  return exit.signal === null ? `code ${exit.code}` : exit.signal;
}

function readLog(path: string, from: number): string {
  const fd = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(Math.max(0, fstatSync(fd).size - from));
    const length = readSync(fd, bytes, 0, bytes.length, from);
    return bytes.toString('latin1', 0, length);
  } finally {
    closeSync(fd);
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    const done = (ok: boolean): void => {
      socket.destroy();
      resolve(ok);
    };
    socket.once('connect', () => done(true));
    socket.once('error', () => done(false));
  });
}
