import type { ClientMessage, ErrorMessage, MessageId, SuccessMessage } from '@tapecast/wire';
import { TapecastError } from './client-error.ts';
import { REQUESTS_WAITING_MAX } from './limits.ts';

/** A client's message without its id. */
export type RequestBody = ClientMessage extends infer M ? (M extends ClientMessage ? Omit<M, 'id'> : never) : never;

/** What a request was answered with. */
export type Answer = SuccessMessage | ErrorMessage | { type: 'pong' };

interface Waiting {
  message: ClientMessage;
  /** Sent again on the next connection where this one ends without an answer; else it is forgotten. */
  again: boolean;
  answered: (answer: Answer) => void;
  failed: (error: TapecastError) => void;
}

/** Requests that wait for an answer. All of the protocol's may be sent twice: a lost answer costs nothing. */
export class Requests {
  readonly #waiting = new Map<MessageId, Waiting>();
  #nextId = 1;

  /** A request of the application: it waits through reconnects. Rejects with TapecastError. */
  ask(body: RequestBody): { message: ClientMessage; answer: Promise<Answer> } {
    if (this.#waiting.size >= REQUESTS_WAITING_MAX) {
      const text = `${REQUESTS_WAITING_MAX} requests wait for an answer already. Await them before asking for more`;
      throw new TapecastError('too_many_requests', text);
    }
    const message = this.#number(body);
    const answer = new Promise<Answer>((answered, failed) => {
      this.#waiting.set(message.id, { message, again: true, answered, failed });
    });
    return { message, answer };
  }

  /** A request of the client itself, which is made anew for each connection. */
  tell(body: RequestBody, answered: (answer: Answer) => void): ClientMessage {
    const message = this.#number(body);
    this.#waiting.set(message.id, { message, again: false, answered, failed: () => {} });
    return message;
  }

  /** False: no one waits for it. */
  settle(id: MessageId, answer: Answer): boolean {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return false;
    this.#waiting.delete(id);
    waiting.answered(answer);
    return true;
  }

  /** The connection ended. */
  connectionEnded(): void {
    for (const [id, { again }] of this.#waiting) if (!again) this.#waiting.delete(id);
  }

  /** What has to be sent on a new connection, in the order in which it was asked. */
  unanswered(): ClientMessage[] {
    return [...this.#waiting.values()].filter(({ again }) => again).map(({ message }) => message);
  }

  /** No connection will come any more. */
  fail(error: TapecastError): void {
    const all = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { failed } of all) failed(error);
  }

  #number(body: RequestBody): ClientMessage {
    return { ...body, id: this.#nextId++ };
  }
}
