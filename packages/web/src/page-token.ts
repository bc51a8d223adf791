const KEY = 'tapecast.token';

/**
 * The token that the page was opened with, from its address: `#token=…`. A fragment goes to no server, and it is taken out of
 * the address bar at once. Kept as long as the tab, so that a reload needs no new one.
 */
export class PageToken {
  readonly #storage: Storage;
  #newest: string | undefined;

  constructor(storage: Storage) {
    this.#storage = storage;
    try {
      this.#newest = storage.getItem(KEY) ?? undefined;
    } catch {
      // Storage is forbidden: the token lasts as long as the page.
    }
    this.#readAddress();
  }

  /** undefined: the page came without one. */
  get newest(): string | undefined {
    return this.#newest;
  }

  /** `onNew` is called when the address gets another: whoever has the page in a frame or a link renews it so. */
  follow(onNew: () => void): void {
    addEventListener('hashchange', () => {
      if (this.#readAddress()) onNew();
    });
  }

  keep(token: string): void {
    this.#newest = token;
    try {
      this.#storage.setItem(KEY, token);
    } catch {
      // As above.
    }
  }

  #readAddress(): boolean {
    const token = new URLSearchParams(location.hash.slice(1)).get('token');
    if (token === null) return false;
    history.replaceState(null, '', location.pathname + location.search);
    if (token === '') return false;
    this.keep(token);
    return true;
  }
}
