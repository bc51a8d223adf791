import type { AuthFailedEvent } from '@tapecast/client';

/** What is said first; the gateway's own words follow where it has some. */
const WORDS: Readonly<Record<string, string>> = {
  unauthorized: 'This market watch is for those who have a token.',
  token_expired: 'Your token has expired.',
  token_not_yet_valid: 'Your token counts only from a later time on.',
  forbidden: 'Your token does not allow this connection.',
};
/**
 * Where the gateway's own words add nothing: that a token has expired is said once; without a token they are for programs;
 * and the page's source of tokens is this form.
 */
const SAID_ALREADY: ReadonlySet<string> = new Set(['token_expired', 'unauthorized', 'token_source']);
const OTHERWISE = 'Your token is not valid here.';

/** Shown in place of the market where the gateway lets nobody in without a token, or not with this one. */
export class SignInView {
  readonly #section: HTMLElement;
  readonly #why: HTMLElement;
  readonly #detail: HTMLElement;

  constructor(
    section: HTMLElement,
    why: HTMLElement,
    detail: HTMLElement,
    form: HTMLFormElement,
    field: HTMLInputElement,
    onToken: (token: string) => void,
  ) {
    this.#section = section;
    this.#why = why;
    this.#detail = detail;
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      const token = field.value.trim();
      field.value = '';
      if (token !== '') onToken(token);
    });
  }

  get shown(): boolean {
    return !this.#section.hidden;
  }

  show({ code, msg }: Pick<AuthFailedEvent, 'code' | 'msg'>): void {
    this.#why.textContent = WORDS[code] ?? OTHERWISE;
    this.#detail.textContent = SAID_ALREADY.has(code) ? '' : msg;
    this.#section.hidden = false;
  }

  hide(): void {
    this.#section.hidden = true;
  }
}
