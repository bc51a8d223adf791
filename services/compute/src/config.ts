import { clusterOptions, processOptions } from '@tapecast/service-kit';
import { z } from 'zod';

/** Options of compute alone: the keys are `--flush-interval-ms` and so on. */
export const computeOptions = {
  group: z.string().min(1).default('tapecast-compute').describe('consumer group: its members share the partitions'),
  flushIntervalMs: z
    .number()
    .min(1)
    .max(100)
    .default(4)
    .describe('least time between two writes to md.updates under load; a lone update leaves after 1 ms'),
  checkpointIntervalMs: z
    .number()
    .int()
    .min(100)
    .max(60_000)
    .default(1_500)
    .describe('how often changed state is stored: a takeover folds so much again'),
  checkpointUpdates: z
    .number()
    .int()
    .min(1_000)
    .max(10_000_000)
    .default(200_000)
    .describe('updates of a partition after which it is stored without waiting for the interval'),
};

export const computeConfig = z.object(computeOptions);
export type ComputeConfig = Readonly<z.infer<typeof computeConfig>>;

/** Options of the process on a real cluster. */
export const computeProcessSchema = z.object({
  ...processOptions,
  ...clusterOptions,
  ...computeOptions,
  groupSessionMs: z
    .number()
    .int()
    .min(1_000)
    .max(60_000)
    .default(2_500)
    .describe(
      "a worker that is silent for so long is taken for dead; not under the brokers' group.min.session.timeout.ms",
    ),
  memberFile: z
    .string()
    .default('')
    .describe(
      "file of this worker's own, where its name in the group is kept: started again after a crash, it takes over at once instead of after the session",
    ),
  replication: z
    .number()
    .int()
    .min(1)
    .max(7)
    .default(1)
    .describe('copies of each Kafka partition, where the topics are made now'),
});
