import type { ClientMessage, ErrorMessage, ResumePosition, SubscriptionResult, SuccessMessage } from '@tapecast/wire';
import {
  POSITIONS_PER_MESSAGE,
  RESUME_AGAIN_MS,
  RESUME_AGAIN_MS_MAX,
  RESUME_ANSWER_MS_MAX,
  RESUME_TRIES_MAX,
} from './limits.ts';
import type { MessageBounds } from './resubscribe.ts';

export interface ResumptionOptions {
  /** Of the session that goes on; undefined: the positions alone count. */
  token: string | undefined;
  positions: readonly ResumePosition[];
  bounds: MessageBounds;
  send(message: ClientMessage): void;
  /** Numbers in [0, 1). */
  random: () => number;
  onResults(results: readonly SubscriptionResult[]): void;
  /** No answer came in time: the connection is of no use. */
  onSilent(): void;
  /**
   * All were answered, or will not be. `token` is what counts from now on, undefined where no answer said. What no result
   * named has to be subscribed.
   */
  onDone(token: string | undefined): void;
}

/**
 * Tells one connection where the client stands, in as many messages as it takes: one after the other, because what no
 * position names is served with the last. Knows no socket.
 */
export class Resumption {
  readonly #options: ResumptionOptions;
  readonly #parts: ResumePosition[][];
  #part = 0;
  #tries = 0;
  #messages = 0;
  /** Of the message that waits for its answer; undefined while none does. */
  #asked: string | undefined;
  #token: string | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: ResumptionOptions) {
    this.#options = options;
    this.#parts = partsOf(options.positions, options.bounds);
  }

  begin(): void {
    this.#ask();
  }

  /** Whether the message was an answer to this. */
  answered(message: SuccessMessage | ErrorMessage): boolean {
    if (this.#asked === undefined || message.id !== this.#asked) return false;
    this.#asked = undefined;
    clearTimeout(this.#timer);
    if (message.type === 'success') {
      this.#token = message.resumeToken ?? this.#token;
      this.#options.onResults(message.results ?? []);
      this.#next();
    } else if (message.temporary && this.#tries < RESUME_TRIES_MAX) this.#again(message.retryAfterMs);
    else this.#done();
    return true;
  }

  /** The connection is gone. */
  end(): void {
    clearTimeout(this.#timer);
    this.#asked = undefined;
  }

  #next(): void {
    this.#part++;
    this.#tries = 0;
    if (this.#part < this.#parts.length) this.#ask();
    else this.#done();
  }

  #ask(): void {
    const { token, send, onSilent } = this.#options;
    this.#tries++;
    this.#asked = `resume-${++this.#messages}`;
    this.#timer = setTimeout(onSilent, RESUME_ANSWER_MS_MAX);
    const more = this.#part + 1 < this.#parts.length;
    send({ action: 'resume', id: this.#asked, token, positions: this.#parts[this.#part] ?? [], more });
  }

  /** Everybody who came back at once was told the same: at least so long, and up to as long again. */
  #again(retryAfterMs: number | null): void {
    const waitMs = retryAfterMs ?? Math.min(RESUME_AGAIN_MS_MAX, RESUME_AGAIN_MS * 2 ** (this.#tries - 1));
    this.#timer = setTimeout(() => this.#ask(), Math.floor(waitMs * (1 + this.#options.random())));
  }

  #done(): void {
    this.#options.onDone(this.#token);
  }
}

/** As few messages as `bounds` allow; what belongs to one symbol stays together as far as it can. */
function partsOf(positions: readonly ResumePosition[], bounds: MessageBounds): ResumePosition[][] {
  const pairsMax = Math.max(1, Math.min(bounds.pairs, POSITIONS_PER_MESSAGE));
  const bySymbol = new Map<string, ResumePosition[]>();
  for (const position of positions) {
    const ofSymbol = bySymbol.get(position.symbol);
    if (ofSymbol === undefined) bySymbol.set(position.symbol, [position]);
    else ofSymbol.push(position);
  }
  const all: ResumePosition[][] = [];
  let part: ResumePosition[] = [];
  let symbols = 0;
  for (const ofSymbol of bySymbol.values()) {
    symbols++;
    for (const position of ofSymbol) {
      if (part.length >= pairsMax || symbols > bounds.symbols) {
        if (part.length > 0) all.push(part);
        part = [];
        symbols = 1;
      }
      part.push(position);
    }
  }
  if (part.length > 0) all.push(part);
  return all;
}
