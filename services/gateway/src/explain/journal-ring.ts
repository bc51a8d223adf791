/** What happened to a session, or to all who hold a stream. Nothing is noted per update. */
export const JOURNAL_EVENTS = [
  'opened',
  'admitted',
  'subscribed',
  'unsubscribed',
  'resynced',
  'resumed',
  'keyframe',
  'hole',
  'refused',
  'error',
  'status',
  'merged',
  'live_again',
  'degraded',
  'moving',
  'auth_expiring',
  'took_over',
  'closed',
  'gone',
] as const;
export type JournalEvent = (typeof JOURNAL_EVENTS)[number];

export interface JournalEntry {
  /** Unix ms. */
  readonly atMs: number;
  readonly event: JournalEvent;
  /** '' where it happened to everybody who held the stream. */
  readonly session: string;
  readonly symbol: string;
  readonly channel: string;
  /** subscribed and resynced: told up to `last`. hole: the numbers that are missing. 0: none. */
  readonly first: number;
  readonly last: number;
  readonly text: string;
}

/** Entries of a block, which is made when it is first written to. */
const BLOCK_ENTRIES = 4_096;

interface Block {
  readonly atMs: Float64Array;
  readonly events: Uint8Array;
  readonly firsts: Float64Array;
  readonly lasts: Float64Array;
  readonly sessions: string[];
  readonly symbols: string[];
  readonly channels: string[];
  readonly texts: string[];
}

const newBlock = (size: number): Block => ({
  atMs: new Float64Array(size),
  events: new Uint8Array(size),
  firsts: new Float64Array(size),
  lasts: new Float64Array(size),
  sessions: [],
  symbols: [],
  channels: [],
  texts: [],
});

/** The newest entries, at most so many, in columns: 57 bytes each beside their texts, where an object would have twice that. */
export class JournalRing {
  readonly #most: number;
  readonly #blocks: Block[] = [];
  #size = 0;
  /** Where the next entry goes. */
  #next = 0;

  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#size;
  }

  /** Unix ms of the oldest; 0 where there is none. */
  get oldestMs(): number {
    return this.#size === 0 ? 0 : this.#atMs(this.#size < this.#most ? 0 : this.#next);
  }

  add({ atMs, event, session, symbol, channel, first, last, text }: JournalEntry): void {
    const blockAt = Math.floor(this.#next / BLOCK_ENTRIES);
    let block = this.#blocks[blockAt];
    if (block === undefined) {
      block = newBlock(Math.min(BLOCK_ENTRIES, this.#most - blockAt * BLOCK_ENTRIES));
      this.#blocks.push(block);
    }
    const at = this.#next % BLOCK_ENTRIES;
    block.atMs[at] = atMs;
    block.events[at] = JOURNAL_EVENTS.indexOf(event);
    block.firsts[at] = first;
    block.lasts[at] = last;
    block.sessions[at] = session;
    block.symbols[at] = symbol;
    block.channels[at] = channel;
    block.texts[at] = text;
    this.#next = (this.#next + 1) % this.#most;
    if (this.#size < this.#most) this.#size++;
  }

  /** Calls with the place of each entry of that time or later, oldest first. */
  each(fromMs: number, call: (at: number) => void): void {
    const oldest = this.#size < this.#most ? 0 : this.#next;
    for (let i = 0; i < this.#size; i++) {
      const at = (oldest + i) % this.#most;
      if (this.#atMs(at) >= fromMs) call(at);
    }
  }

  sessionOf(at: number): string {
    return this.#block(at).sessions[at % BLOCK_ENTRIES] as string;
  }

  eventOf(at: number): JournalEvent {
    return JOURNAL_EVENTS[this.#block(at).events[at % BLOCK_ENTRIES] as number] as JournalEvent;
  }

  textOf(at: number): string {
    return this.#block(at).texts[at % BLOCK_ENTRIES] as string;
  }

  entry(at: number): JournalEntry {
    const { symbols, channels, firsts, lasts } = this.#block(at);
    const place = at % BLOCK_ENTRIES;
    return {
      atMs: this.#atMs(at),
      event: this.eventOf(at),
      session: this.sessionOf(at),
      symbol: symbols[place] as string,
      channel: channels[place] as string,
      first: firsts[place] as number,
      last: lasts[place] as number,
      text: this.textOf(at),
    };
  }

  #atMs(at: number): number {
    return this.#block(at).atMs[at % BLOCK_ENTRIES] as number;
  }

  #block(at: number): Block {
    return this.#blocks[Math.floor(at / BLOCK_ENTRIES)] as Block; // Places are of what was written.
  }
}
