export interface Found {
  symbol: string;
  name: string;
}

export interface SearchEvents {
  find(query: string): Promise<Found[]>;
  choose(symbol: string): void;
}

/** The search box: suggestions as one types, arrows and Enter choose, Escape closes. */
export class InstrumentSearch {
  readonly #input: HTMLInputElement;
  readonly #list: HTMLDivElement;
  readonly #events: SearchEvents;
  #found: Found[] = [];
  #marked = 0;
  /** Answers may come out of order; only that of the last question counts. */
  #asked = 0;

  constructor(form: HTMLFormElement, input: HTMLInputElement, list: HTMLDivElement, events: SearchEvents) {
    this.#input = input;
    this.#list = list;
    this.#events = events;
    input.addEventListener('input', () => void this.#ask());
    input.addEventListener('focus', () => void this.#ask());
    input.addEventListener('blur', () => this.#close());
    input.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.#close();
      if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
      event.preventDefault();
      this.#marked = Math.min(Math.max(this.#marked + (event.key === 'ArrowDown' ? 1 : -1), 0), this.#found.length - 1);
      this.#draw();
    });
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      const chosen = this.#found[this.#marked];
      if (chosen !== undefined) this.#choose(chosen.symbol);
    });
  }

  async #ask(): Promise<void> {
    const query = this.#input.value.trim();
    this.#asked += 1;
    const asked = this.#asked;
    const found = query === '' ? [] : await this.#events.find(query);
    if (asked !== this.#asked) return;
    this.#found = found;
    this.#marked = 0;
    this.#draw();
  }

  #choose(symbol: string): void {
    this.#input.value = '';
    this.#close();
    this.#events.choose(symbol);
  }

  #close(): void {
    this.#asked += 1;
    this.#found = [];
    this.#draw();
  }

  #draw(): void {
    this.#list.hidden = this.#found.length === 0;
    this.#list.replaceChildren(
      ...this.#found.map(({ symbol, name }, i) => {
        const item = document.createElement('div');
        item.role = 'option';
        item.ariaSelected = String(i === this.#marked);
        item.append(symbol);
        const small = document.createElement('small');
        small.textContent = name;
        item.append(small);
        // `mousedown` comes before the input's blur, which closes the list.
        item.addEventListener('mousedown', (event) => {
          event.preventDefault();
          this.#choose(symbol);
        });
        return item;
      }),
    );
  }
}
