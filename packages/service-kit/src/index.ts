export {
  type AdminOptions,
  type AdminReply,
  type AdminRoutes,
  type AdminServer,
  metricsOf,
  startAdminServer,
} from './admin-server.ts';
export {
  type Circuit,
  CircuitBreaker,
  CircuitOpenError,
  type CircuitOptions,
  type CircuitState,
} from './circuit-breaker.ts';
export { watchCircuits } from './circuit-metrics.ts';
export { type Command, runCommand, runTask, type Task } from './command.ts';
export { StartError } from './errors.ts';
export { createLogger, LOG_LEVELS, type Logger } from './logging.ts';
export { isLoopback } from './loopback.ts';
export { Counter, createRegistry, Gauge, Histogram, type MetricObject, mergeMetrics, Registry } from './metrics.ts';
export { type CommandDescription, HelpRequested, helpText, type OptionSchema, readOptions } from './options.ts';
export { PacedCircuit, type PacedCircuitOptions } from './paced-circuit.ts';
export type { Readiness, RunningService } from './service.ts';
export {
  clusterOptions,
  processOptions,
  runServiceProcess,
  type ServiceContext,
  type ServiceProcess,
  type StartedService,
} from './service-process.ts';
export { type ClockParts, createSteadyClock } from './steady-clock.ts';
