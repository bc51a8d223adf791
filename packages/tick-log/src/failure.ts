import { TickLogError } from './errors.ts';

/** Holds the first reason why a log can't go on. */
export class Failure {
  readonly occurred: Promise<Error>;
  #resolve: (error: Error) => void = () => {};

  constructor() {
    this.occurred = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  report(error: Error): void {
    this.#resolve(error);
  }

  /** A caller's handler threw: the partition must not go on as if its records had been taken. */
  handlerFailed(cause: unknown, where: string): void {
    const text = cause instanceof Error ? cause.message : String(cause);
    this.report(new TickLogError('handler_failed', `${where} failed: ${text}`, { cause }));
  }
}
