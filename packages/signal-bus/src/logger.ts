/** What of a pino logger is used. */
export interface SignalBusLogger {
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
