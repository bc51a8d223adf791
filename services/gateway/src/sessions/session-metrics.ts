import { Counter, Gauge, type Registry } from '@tapecast/service-kit';

const PAIR_OUTCOMES = ['resumed', 'keyframe', 'hole', 'had', 'refused'] as const;
const TAKE_OUTCOMES = ['taken', 'unknown', 'unavailable'] as const;
const WRITE_OUTCOMES = ['written', 'replaced', 'absent', 'failed'] as const;

export interface SessionMetrics {
  /** What became of a symbol and channel of a resume. */
  pair(outcome: (typeof PAIR_OUTCOMES)[number]): void;
  /** What became of the session that a resume named. */
  taken(outcome: (typeof TAKE_OUTCOMES)[number]): void;
  written(outcome: (typeof WRITE_OUTCOMES)[number]): void;
  /** Trades that clients that came back were told, and told to be lost. */
  replayed(trades: number): void;
  lost(trades: number): void;
  /** Begins to report the gauges. */
  watch(sources: { stored: () => number; resuming: () => number; shared: () => number }): void;
}

export function createSessionMetrics(registry: Registry): SessionMetrics {
  const registers = [registry];
  /** Children are resolved here: what never came is 0, not absent. */
  const byOutcome = <T extends string>(name: string, help: string, outcomes: readonly T[]): ((outcome: T) => void) => {
    const counter = new Counter({ name, help, labelNames: ['outcome'], registers });
    const children = new Map(outcomes.map((outcome) => [outcome, counter.labels(outcome)]));
    for (const child of children.values()) child.inc(0);
    return (outcome) => children.get(outcome)?.inc();
  };
  const replayed = new Counter({
    name: 'tapecast_gateway_resumed_trades_total',
    help: 'Trades told to clients that came back, from before they came.',
    registers,
  });
  const lost = new Counter({
    name: 'tapecast_gateway_resume_lost_trades_total',
    help: 'Trades that clients that came back were told to be lost, by a hole notice.',
    registers,
  });
  return {
    pair: byOutcome(
      'tapecast_gateway_resumed_pairs_total',
      'Symbols and channels of resumes, by what became of them.',
      PAIR_OUTCOMES,
    ),
    taken: byOutcome(
      'tapecast_gateway_session_takes_total',
      'Sessions that resumes named, by what the store said.',
      TAKE_OUTCOMES,
    ),
    written: byOutcome(
      'tapecast_gateway_session_writes_total',
      'Writes of sessions, one for all that changed of one in a batch, by outcome.',
      WRITE_OUTCOMES,
    ),
    replayed: (trades) => replayed.inc(trades),
    lost: (trades) => lost.inc(trades),
    watch({ stored, resuming, shared }) {
      const gauge = (name: string, help: string, read: () => number): void => {
        new Gauge({
          name,
          help,
          registers,
          collect() {
            this.set(read());
          },
        });
      };
      gauge('tapecast_gateway_stored_sessions', 'Sessions of this gateway that the store has.', stored);
      gauge(
        'tapecast_gateway_resuming_positions',
        'Positions of clients that are coming back, until they are at the present.',
        resuming,
      );
      gauge(
        'tapecast_gateway_shared_replay_trades',
        'Older trades that are kept for a moment, for others who come back and miss the same.',
        shared,
      );
    },
  };
}
