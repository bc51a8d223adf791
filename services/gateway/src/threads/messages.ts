import type { SharedStoreAccess } from '@tapecast/replay-store';
import type { MetricObject, Readiness } from '@tapecast/service-kit';
import type { SharedLogAccess } from '@tapecast/tick-log';
import type { GatewayProcessConfig } from '../config.ts';
import type { DrainPlan } from '../drain/drain.ts';
import type { AppDescriptor } from '../edge/acceptor.ts';
import type { SessionReport } from '../explain/session-report.ts';
import type { GatewayLimits } from '../limits.ts';

/** What a serving thread is started with. */
export interface ThreadStart {
  index: number;
  config: GatewayProcessConfig;
  /** Its part of what is bounded for the process. */
  limits: Partial<GatewayLimits>;
  log: SharedLogAccess;
  /** Where the window is kept beside memory; undefined without a data folder. */
  store: SharedStoreAccess | undefined;
}

/** What went wrong, in a form that threads can send: a sentence for who started the process where `code` is there. */
export interface SentError {
  code: string | undefined;
  message: string;
  stack: string | undefined;
}

export type ToServing =
  | { kind: 'listening'; port: number }
  | { kind: 'not_listening'; error: SentError }
  | { kind: 'metrics'; ask: number }
  | { kind: 'session'; ask: number; id: string }
  | { kind: 'reload' }
  | { kind: 'drain'; plan: DrainPlan }
  | { kind: 'stop' };

export type FromServing =
  /** The app gets new connections from now on, or no more. */
  | { kind: 'app'; descriptor: AppDescriptor; open: boolean }
  /** It could serve whoever comes. */
  | { kind: 'listen' }
  | { kind: 'started' }
  | { kind: 'state'; readiness: Readiness }
  | { kind: 'metrics'; ask: number; metrics: MetricObject[] }
  | { kind: 'session'; ask: number; report: SessionReport | undefined }
  | { kind: 'failed'; error: SentError }
  /** None of its clients is left, or the deadline has come. */
  | { kind: 'drained' }
  | { kind: 'stopped' };
