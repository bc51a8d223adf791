import type { SessionStore } from '@tapecast/market-state';
import type { Logger } from '@tapecast/service-kit';
import type { Admission } from '../admission/admission.ts';
import type { SessionSignals } from '../degrade/guarded-calls.ts';
import type { SessionJournal } from '../explain/session-journal.ts';
import type { Fanout } from '../fanout/fanout.ts';
import type { GatewayLimits } from '../limits.ts';
import type { GatewayMetrics } from '../metrics.ts';
import type { TradeHistory } from '../replay/trade-history.ts';
import type { Instruments } from '../subscriptions/instruments.ts';

/** What the handling of client messages works with. */
export interface ProtocolContext {
  instruments: Instruments;
  fanout: Fanout;
  admission: Admission;
  limits: GatewayLimits;
  metrics: GatewayMetrics;
  logger: Logger;
  heartbeatMs: number;
  /** Wall time, Unix microseconds. */
  nowUs: () => number;
  /** Where sessions are kept. Without it none is, and a resume is answered by the client's positions alone. */
  kept?: { store: SessionStore; signals: SessionSignals | undefined; gateway: string };
  /** Notes what becomes of each client, but for data. */
  journal?: SessionJournal;
  /** Older trades than those that an instrument's state remembers. */
  history?: TradeHistory;
  /** Calls back in a while; the process's own timers without it. */
  after?: (ms: number, due: () => void) => void;
}
