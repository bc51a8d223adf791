/** Where the log tells its own events; a pino logger is one. Fields first, then the event. */
export interface LogWriter {
  info(fields: object, event: string): void;
  warn(fields: object, event: string): void;
}
