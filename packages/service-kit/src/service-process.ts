import type { Registry } from 'prom-client';
import { z } from 'zod';
import { type AdminRoutes, startAdminServer } from './admin-server.ts';
import { runCommand } from './command.ts';
import { createLogger, LOG_LEVELS, type Logger } from './logging.ts';
import { createRegistry } from './metrics.ts';
import type { OptionSchema } from './options.ts';
import type { Readiness, RunningService } from './service.ts';

/** Options that every service process has. */
export const processOptions = {
  host: z.string().default('127.0.0.1').describe('address to listen on'),
  adminPort: z.number().int().min(0).max(65_535).default(0).describe('port of metrics and health; 0 takes a free one'),
  logLevel: z.enum(LOG_LEVELS).default('info').describe('debug, info, warn, error or silent'),
};

/** Options of a service that uses the cluster's Kafka and Redis. */
export const clusterOptions = {
  kafka: z.array(z.string().min(1)).min(1).describe('Kafka bootstrap servers, host:port,…'),
  redis: z.array(z.string().min(1)).min(1).describe('Redis Cluster nodes, host:port,…'),
  partitions: z
    .number()
    .int()
    .min(1)
    .max(1024)
    .default(24)
    .describe('partitions of each topic; fixed when the topics are made'),
};

export interface ServiceContext {
  logger: Logger;
  metrics: Registry;
  /** Until `start` has resolved, `/readyz` says what this says; without it: starting. */
  whileStarting(ready: () => Readiness): void;
}

export interface StartedService {
  service: RunningService;
  addresses: string[];
  routes?: AdminRoutes;
  /** What `/metrics` answers; default what the context's registry has. */
  metrics?: () => Promise<string>;
}

export interface ServiceProcess<S extends OptionSchema> {
  name: string;
  summary: string;
  /** Contains `processOptions`. */
  schema: S;
  /** How long a stop may take, where it has to wait for others; see `Command`. */
  stopMsMax?(config: Readonly<z.infer<S>>): number;
  start(config: Readonly<z.infer<S>>, context: ServiceContext): Promise<StartedService>;
}

/**
 * `main.ts` of a service: logger, registry, admin port, then `runCommand`. The admin port is open before the service starts:
 * a start that waits for something is alive, and says at `/readyz` what it waits for.
 */
export function runServiceProcess<S extends OptionSchema>(definition: ServiceProcess<S>): Promise<void> {
  return runCommand({
    description: { usage: `node services/${definition.name}/dist/main.js`, summary: definition.summary },
    schema: definition.schema,
    ...(definition.stopMsMax === undefined ? {} : { stopMsMax: definition.stopMsMax }),
    async start(config) {
      const common = z.object(processOptions).parse(config);
      const logger = createLogger(definition.name, common.logLevel);
      const metrics = createRegistry();
      let ready = (): Readiness => ({ ready: false, reason: 'starting' });
      const routes: AdminRoutes = {};
      let metricsText = (): Promise<string> => metrics.metrics();
      const admin = await startAdminServer({
        host: common.host,
        port: common.adminPort,
        portOption: '--admin-port',
        metrics: () => metricsText(),
        ready: () => ready(),
        routes,
      });
      const whileStarting = (says: () => Readiness): void => {
        ready = says;
      };
      const started = await definition.start(config, { logger, metrics, whileStarting });
      const { service, addresses } = started;
      Object.assign(routes, started.routes);
      if (started.metrics !== undefined) metricsText = started.metrics;
      ready = () => service.ready();
      logger.info({ event: 'started', addresses, admin: admin.address });
      return {
        service: {
          name: definition.name,
          ready,
          failed: service.failed,
          ...(service.finished === undefined ? {} : { finished: service.finished }),
          stop: async () => {
            await service.stop();
            await admin.close();
            logger.info({ event: 'stopped' });
          },
        },
        addresses: [...addresses, `admin=${admin.address}`],
      };
    },
  });
}
