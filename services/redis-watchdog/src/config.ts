import { processOptions } from '@tapecast/service-kit';
import { z } from 'zod';

export const redisWatchdogSchema = z.object({
  ...processOptions,
  redis: z.array(z.string().min(1)).min(1).describe('Redis Cluster nodes, host:port,…'),
});
