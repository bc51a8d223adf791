import { StartError } from '@tapecast/service-kit';
import type { SentError } from './messages.ts';

/** Errors of our classes come as plain ones from another thread: code and message are kept. */
export function toSent(error: unknown): SentError {
  if (!(error instanceof Error)) return { code: undefined, message: String(error), stack: undefined };
  return { code: error instanceof StartError ? error.code : undefined, message: error.message, stack: error.stack };
}

export function fromSent({ code, message, stack }: SentError): Error {
  if (code !== undefined) return new StartError(code as StartError['code'], message);
  const error = new Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}
