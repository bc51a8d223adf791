import { type Logger, pino } from 'pino';

export type { Logger };

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;

/** JSON lines on stderr: stdout belongs to the `ready` line. Secrets are cut by name wherever they stand. */
export function createLogger(service: string, level: (typeof LOG_LEVELS)[number]): Logger {
  return pino(
    {
      level,
      base: { service },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: {
        paths: ['token', '*.token', 'key', '*.key', 'secret', '*.secret', 'password', '*.password'],
        censor: '[cut]',
      },
    },
    pino.destination({ dest: 2, sync: true }),
  );
}
