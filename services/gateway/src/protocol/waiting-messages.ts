import type { ClientMessage, ErrorMessage } from '@tapecast/wire';
import type { GatewayLimits } from '../limits.ts';

export type WaitingLimits = Pick<
  GatewayLimits,
  'messagesWaitingMax' | 'messagesWaitingBytesMax' | 'messagesWaitingBytesAllMax'
>;

type Read = ClientMessage | ErrorMessage;

interface Queue {
  readonly messages: { readonly message: Read; readonly bytes: number }[];
  bytes: number;
}

/**
 * What clients sent while an earlier message of theirs is being answered, or while they do not read: a client decides how long
 * that takes, so there is a bound for each, and one in bytes for all of them. Bytes are those of the frames; what was read of them has up to
 * eight times as many. Few clients have any.
 */
export class WaitingMessages<Session extends object> {
  readonly #limits: WaitingLimits;
  readonly #queues = new Map<Session, Queue>();
  #bytes = 0;

  constructor(limits: WaitingLimits) {
    this.#limits = limits;
  }

  /** Of all clients. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Who is to be closed for it: who has too much of its own, or, where all have too much, who has most. What it sent is forgotten. */
  add(session: Session, message: Read, bytes: number): Session | undefined {
    const { messagesWaitingMax, messagesWaitingBytesMax, messagesWaitingBytesAllMax } = this.#limits;
    let queue = this.#queues.get(session);
    if (queue === undefined) {
      queue = { messages: [], bytes: 0 };
      this.#queues.set(session, queue);
    }
    queue.messages.push({ message, bytes });
    queue.bytes += bytes;
    this.#bytes += bytes;
    const closed =
      queue.messages.length > messagesWaitingMax || queue.bytes > messagesWaitingBytesMax
        ? session
        : this.#bytes > messagesWaitingBytesAllMax
          ? this.#heaviest(session)
          : undefined;
    if (closed !== undefined) this.forget(closed);
    return closed;
  }

  /** The next one, which does not wait any more. */
  take(session: Session): Read | undefined {
    const queue = this.#queues.get(session);
    const next = queue?.messages.shift();
    if (queue === undefined || next === undefined) return undefined;
    queue.bytes -= next.bytes;
    this.#bytes -= next.bytes;
    if (queue.messages.length === 0) this.#queues.delete(session);
    return next.message;
  }

  forget(session: Session): void {
    this.#bytes -= this.#queues.get(session)?.bytes ?? 0;
    this.#queues.delete(session);
  }

  #heaviest(first: Session): Session {
    let heaviest = first;
    let most = 0;
    for (const [session, { bytes }] of this.#queues) {
      if (bytes <= most) continue;
      heaviest = session;
      most = bytes;
    }
    return heaviest;
  }
}
