import type { Logger } from '@tapecast/service-kit';
import type { Admission } from '../admission/admission.ts';
import type { Fanout } from '../fanout/fanout.ts';
import type { GatewayLimits } from '../limits.ts';
import type { GatewayMetrics } from '../metrics.ts';
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
}
