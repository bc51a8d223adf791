import type { ConnectionState, DataEvent } from '@tapecast/client';

const WINDOW_MS = 1_000;

/** Connection state, data age and messages a second: whether what one looks at can be believed. */
export class ConnectionView {
  readonly #state: HTMLElement;
  readonly #age: HTMLElement;
  readonly #rate: HTMLElement;
  #messages = 0;
  /** Of the messages of this second; the worst is shown. */
  #worstAgeMs: number | undefined;
  #windowStart = performance.now();

  constructor(state: HTMLElement, age: HTMLElement, rate: HTMLElement) {
    this.#state = state;
    this.#age = age;
    this.#rate = rate;
  }

  setState(state: ConnectionState, detail: string): void {
    this.#state.textContent = state === 'open' ? 'live' : state;
    this.#state.dataset.state = state;
    this.#state.title = detail;
    if (state !== 'open') this.#age.textContent = '–';
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
    this.#rate.textContent = Math.round((this.#messages * 1_000) / elapsedMs).toLocaleString('en-US');
    if (this.#worstAgeMs !== undefined) this.#age.textContent = this.#worstAgeMs.toFixed(this.#worstAgeMs < 10 ? 1 : 0);
    this.#messages = 0;
    this.#worstAgeMs = undefined;
    this.#windowStart = now;
  }
}
