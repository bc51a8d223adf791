import type { ConnectionState, DataEvent } from '@tapecast/client';

const WINDOW_MS = 1_000;
const RATE = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** Connection state, data age and messages a second: whether what one looks at can be believed. */
export class ConnectionView {
  readonly #all: HTMLElement;
  readonly #state: HTMLElement;
  readonly #age: HTMLElement;
  readonly #rate: HTMLElement;
  #messages = 0;
  /** Of the messages of this second; the worst is shown. */
  #worstAgeMs: number | undefined;
  #windowStart = performance.now();
  #signedOut = false;

  constructor(all: HTMLElement, state: HTMLElement, age: HTMLElement, rate: HTMLElement) {
    this.#all = all;
    this.#state = state;
    this.#age = age;
    this.#rate = rate;
  }

  setState(state: ConnectionState, detail: string): void {
    // Tries go on behind the form, with nothing to show: what the reader can do is sign in.
    if (this.#signedOut) return;
    this.#write(state === 'open' ? 'live' : state, state, detail);
    if (state !== 'open') this.#age.textContent = '–';
  }

  /** Whether nobody is let in without another token: there is no connection then, and no data to have an age. */
  setSignedOut(signedOut: boolean): void {
    if (signedOut === this.#signedOut) return;
    this.#signedOut = signedOut;
    this.#all.toggleAttribute('data-signed-out', signedOut);
    if (signedOut) this.#write('signed out', 'closed', '');
    else this.#write('live', 'open', '');
  }

  #write(text: string, state: ConnectionState, detail: string): void {
    this.#state.textContent = text;
    this.#state.dataset.state = state;
    this.#state.title = detail;
  }

  /** Age is from ingest to the gateway's socket, by the machines' clocks. */
  count({ receivedAtUs, publishedAtUs, range }: DataEvent): void {
    this.#messages += 1;
    if (receivedAtUs === undefined || publishedAtUs === undefined || range === undefined) return;
    const ageMs = (publishedAtUs - receivedAtUs) / 1_000;
    if (this.#worstAgeMs === undefined || ageMs > this.#worstAgeMs) this.#worstAgeMs = ageMs;
  }

  /** Called per animation frame. */
  render(now: number): void {
    const elapsedMs = now - this.#windowStart;
    if (elapsedMs < WINDOW_MS) return;
    this.#rate.textContent = RATE.format((this.#messages * 1_000) / elapsedMs);
    if (this.#worstAgeMs !== undefined) this.#age.textContent = this.#worstAgeMs.toFixed(this.#worstAgeMs < 10 ? 1 : 0);
    this.#messages = 0;
    this.#worstAgeMs = undefined;
    this.#windowStart = now;
  }
}
