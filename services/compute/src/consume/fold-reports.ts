import type { Logger } from '@tapecast/service-kit';
import type { FoldReports } from '../folds/partition-fold.ts';
import { LOG_EVERY, LOG_LINES_MAX } from '../limits.ts';

/** Says of the nth event of a kind whether it is worth a line. */
const worthALine = (n: number): boolean => n <= LOG_LINES_MAX || n % LOG_EVERY === 0;

/** Logs what is wrong with the ticks of one partition: the first of each kind, then one in LOG_EVERY. */
export class PartitionReports implements FoldReports {
  private readonly logger: Logger;
  private readonly partition: number;
  private holes = 0;
  private failures = 0;
  private corruptTicks = 0;

  constructor(logger: Logger, partition: number) {
    this.logger = logger;
    this.partition = partition;
  }

  hole(hole: { source: string; missing: number; offset: number }): void {
    if (worthALine(++this.holes))
      this.logger.warn({ event: 'source_hole', partition: this.partition, ...hole, count: this.holes });
  }

  failed(instrument: string, offset: number, error: unknown): void {
    if (worthALine(++this.failures))
      this.logger.error({
        event: 'fold_failed',
        partition: this.partition,
        instrument,
        offset,
        count: this.failures,
        err: error,
      });
  }

  corrupt(offset: number, value: Uint8Array, error: unknown): void {
    if (worthALine(++this.corruptTicks))
      this.logger.error({
        event: 'corrupt_tick',
        partition: this.partition,
        offset,
        firstBytes: Buffer.from(value.subarray(0, 32)).toString('hex'),
        count: this.corruptTicks,
        reason: error instanceof Error ? error.message : String(error),
      });
  }
}
