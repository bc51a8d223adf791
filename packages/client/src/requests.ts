import type { ClientMessage, ErrorMessage, MessageId, SuccessMessage } from '@tapecast/wire';
import { TapecastError } from './client-error.ts';
import { REQUESTS_IN_FLIGHT_MAX, REQUESTS_WAITING_MAX } from './limits.ts';

/** A client's message without its id. */
export type RequestBody = ClientMessage extends infer M ? (M extends ClientMessage ? Omit<M, 'id'> : never) : never;

/** What a request was answered with. */
export type Answer = SuccessMessage | ErrorMessage | { type: 'pong' };

interface Waiting {
  readonly message: ClientMessage;
  /** It is asked again on the next connection where this one ends without an answer; else it is forgotten. */
  readonly again: boolean;
  sent: boolean;
  readonly answered: (answer: Answer) => void;
  readonly failed: (error: TapecastError) => void;
}

/**
 * Requests that wait for an answer, sent a few at a time. Any of them may be sent
 * twice: a lost answer costs nothing.
 */
export class Requests {
  readonly #waiting = new Map<MessageId, Waiting>();
  #nextId = 1;
  #inFlight = 0;
  #send: ((message: ClientMessage) => void) | undefined;
  /** Nothing is sent for now. */
  #onHold = false;

  /** A request of the application: it waits through reconnects. Rejects with TapecastError. */
  async ask(body: RequestBody): Promise<Answer> {
    if (this.#waiting.size >= REQUESTS_WAITING_MAX) {
      const text = `${REQUESTS_WAITING_MAX} requests wait for an answer already. Await them before asking for more`;
      throw new TapecastError('too_many_requests', text);
    }
    return new Promise<Answer>((answered, failed) => this.#add(body, { again: true, answered, failed }));
  }

  /** A request of the client itself, which is made anew for each connection. */
  tell(body: RequestBody, answered: (answer: Answer) => void): void {
    this.#add(body, { again: false, answered, failed: () => {} });
  }

  /** An answer came; one that no one waits for is left alone. */
  settle(id: MessageId, answer: Answer): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    this.#waiting.delete(id);
    if (waiting.sent) this.#inFlight--;
    waiting.answered(answer);
    this.#pump();
  }

  /** What waits is sent with `send` from now on. */
  connectionOpened(send: (message: ClientMessage) => void): void {
    this.#send = send;
    this.goOn();
  }

  /** Nothing more is sent until `goOn` or the next connection: another one is about to take over. */
  hold(): void {
    this.#onHold = true;
  }

  goOn(): void {
    this.#onHold = false;
    this.#pump();
  }

  connectionEnded(): void {
    this.#send = undefined;
    this.#inFlight = 0;
    for (const [id, waiting] of this.#waiting) {
      if (waiting.again) waiting.sent = false;
      else this.#waiting.delete(id);
    }
  }

  /** No connection will come any more. */
  fail(error: TapecastError): void {
    const all = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { failed } of all) failed(error);
  }

  #add(body: RequestBody, rest: Pick<Waiting, 'again' | 'answered' | 'failed'>): void {
    const message: ClientMessage = { ...body, id: this.#nextId++ };
    this.#waiting.set(message.id, { message, sent: false, ...rest });
    this.#pump();
  }

  #pump(): void {
    while (this.#send !== undefined && !this.#onHold && this.#inFlight < REQUESTS_IN_FLIGHT_MAX) {
      const next = this.#next();
      if (next === undefined) return;
      next.sent = true;
      this.#inFlight++;
      this.#send(next.message);
    }
  }

  /** The client's own first: what the application asked while there was no connection is the last word. */
  #next(): Waiting | undefined {
    let asked: Waiting | undefined;
    for (const waiting of this.#waiting.values()) {
      if (waiting.sent) continue;
      if (!waiting.again) return waiting;
      asked ??= waiting;
    }
    return asked;
  }
}
