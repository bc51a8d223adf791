import { TOKEN_MS_MAX, TOKEN_TEXT_CHARACTERS_MAX } from './limits.ts';

/**
 * Where tokens come from: one that never changes, or a function that gives the newest. The function is asked for each
 * connection and for each renewal; what it throws is told as `authFailed`, and it is asked again later.
 */
export type TokenSource = string | (() => string | Promise<string>);

/** The program's source gave no token that could be used. Its text has none either. */
export class NoTokenError extends Error {
  override readonly name = 'NoTokenError';
}

/** A source of tokens, asked with a deadline. */
export class Tokens {
  readonly #source: TokenSource | undefined;

  constructor(source: TokenSource | undefined) {
    this.#source = source;
  }

  /** Whether another token can come. */
  get renewable(): boolean {
    return typeof this.#source === 'function';
  }

  /** The token that never changes; undefined where there is none. */
  get fixed(): string | undefined {
    return typeof this.#source === 'string' ? this.#source : undefined;
  }

  /** The source's newest token. Rejects with NoTokenError, after `withinMs` at the latest. */
  async ask(withinMs: number = TOKEN_MS_MAX): Promise<string> {
    const source = this.#source;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new NoTokenError(`The token source gave no token within ${withinMs} ms`)),
        withinMs,
      );
    });
    try {
      // Called in a promise, so that what it throws at once is a rejection too.
      const asked = Promise.resolve().then(() => (typeof source === 'function' ? source() : source));
      const token: unknown = await Promise.race([asked, late]);
      if (typeof token === 'string' && token !== '') return token;
      const given = token === '' ? 'an empty text' : typeof token;
      throw new NoTokenError(`The token source gave ${given}, expected the text of a token`);
    } catch (error) {
      if (error instanceof NoTokenError) throw error;
      const why = error instanceof Error ? error.message : String(error);
      throw new NoTokenError(`The token source failed: ${withoutTokens(why)}`);
    } finally {
      clearTimeout(timer);
    }
  }
}

/**
 * A text of others, short and without `token` or anything with the shape of a JWT (whose head is always `{"…`, in base64
 * `eyJ`): what goes into an event may end in a log.
 */
export function withoutTokens(text: string, token = ''): string {
  const known = token === '' ? text : text.replaceAll(token, '…').replaceAll(encodeURIComponent(token), '…');
  return known.replaceAll(/eyJ[\w-]*\.[\w-]*(?:\.[\w-]*)?/g, '…').slice(0, TOKEN_TEXT_CHARACTERS_MAX);
}
