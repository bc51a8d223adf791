import type { CloseReason, ControlMessage, NoticeMessage, SubscriptionResult } from '@tapecast/wire';

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

export interface JournalLimits {
  /** Entries kept, the newest. */
  journalEntriesMax: number;
  /** ms after which an entry is of no interest any more. */
  journalMs: number;
}

/**
 * What the gateway did with its clients in the last minutes, for the question why one did not get an update. One ring for
 * all of them, of plain columns: it is written to at each answer, and read when a person asks.
 */
export class SessionJournal {
  readonly #limits: JournalLimits;
  readonly #nowMs: () => number;
  readonly #entries: JournalEntry[] = [];
  /** Where the next entry goes once the ring is full. */
  #next = 0;

  constructor(limits: JournalLimits, nowMs: () => number) {
    this.#limits = limits;
    this.#nowMs = nowMs;
  }

  get size(): number {
    return this.#entries.length;
  }

  note(session: string, event: JournalEvent, about: Partial<Omit<JournalEntry, 'atMs'>> = {}): void {
    const atMs = this.#nowMs();
    const { symbol = '', channel = '', first = 0, last = 0, text = '' } = about;
    const entry: JournalEntry = { atMs, event, session, symbol, channel, first, last, text };
    if (this.#entries.length < this.#limits.journalEntriesMax) this.#entries.push(entry);
    else {
      this.#entries[this.#next] = entry;
      this.#next = (this.#next + 1) % this.#limits.journalEntriesMax;
    }
  }

  /** A control message went to one client. */
  told(session: string, message: ControlMessage): void {
    switch (message.type) {
      case 'hello':
        this.note(session, 'opened', { text: message.protocol });
        return;
      case 'success':
        if (message.action === 'auth') this.note(session, 'admitted');
        else if (message.action !== 'query_subscribe')
          for (const result of message.results ?? []) this.#result(session, message.action, result);
        if (message.session !== undefined && message.session !== session)
          this.note(session, 'took_over', { text: message.session });
        return;
      case 'error':
        this.note(session, 'error', { text: `${message.action ?? '?'}: ${message.code}` });
        return;
      case 'status':
        this.note(session, 'status', {
          symbol: message.symbol,
          text: message.reason === '' ? message.state : `${message.state}: ${message.reason}`,
        });
        return;
      case 'notice':
        this.notice(session, message);
        return;
      case 'heartbeat':
      case 'pong':
        return;
    }
  }

  /** A notice to one client, or with session '' to all who hold the stream. */
  notice(session: string, { code, symbol, channel, range, level, epoch, intervalMs }: NoticeMessage): void {
    const about = {
      ...(symbol === undefined ? {} : { symbol }),
      ...(channel === undefined ? {} : { channel }),
      ...(range === undefined ? {} : { first: range[0], last: range[1] }),
    };
    if (code === 'merged') this.note(session, level === 0 ? 'live_again' : 'merged', about);
    else if (code === 'hole')
      this.note(session, 'hole', { ...about, text: epoch === undefined ? '' : `epoch ${epoch}` });
    else if (code === 'degraded')
      this.note(session, 'degraded', { ...about, text: `level ${level ?? 0}, every ${intervalMs ?? 0} ms` });
    else this.note(session, code, about);
  }

  closed(session: string, reason: CloseReason | undefined): void {
    this.note(session, reason === undefined ? 'gone' : 'closed', { text: reason ?? '' });
  }

  /**
   * The entries of a session and those of everybody, oldest first, and since when all of them are here: Unix ms, later
   * than the journal's time where more happened than it keeps.
   */
  of(session: string): { sinceMs: number; entries: JournalEntry[] } {
    const ordered = [...this.#entries.slice(this.#next), ...this.#entries.slice(0, this.#next)];
    const fromMs = this.#nowMs() - this.#limits.journalMs;
    const full = this.#entries.length === this.#limits.journalEntriesMax;
    const oldestMs = full ? (ordered[0]?.atMs ?? fromMs) : fromMs;
    const recent = ordered.filter(({ atMs }) => atMs >= fromMs);
    const names = new Set([session, ...namesOf(session, recent)]);
    return {
      sinceMs: Math.max(fromMs, oldestMs),
      entries: recent.filter((entry) => entry.session === '' || names.has(entry.session)),
    };
  }

  #result(session: string, action: string, result: SubscriptionResult): void {
    const { symbol, channel, ok, seq = 0, outcome, lost, code, intervalMs } = result;
    if (!ok) {
      this.note(session, 'refused', { symbol, channel, text: `${action}: ${code ?? 'no reason'}` });
      return;
    }
    const about = { symbol, channel, last: seq, text: intervalMs ? `every ${intervalMs} ms` : '' };
    if (action === 'resume' && outcome !== undefined)
      this.note(session, outcome, lost === undefined ? about : { ...about, first: lost[0], last: lost[1] });
    else this.note(session, EVENT_OF_ACTION[action] ?? 'subscribed', about);
  }
}

/** Connections that took the session over, in the order in which they did. */
function namesOf(session: string, entries: readonly JournalEntry[]): string[] {
  return entries.filter(({ event, text }) => event === 'took_over' && text === session).map((entry) => entry.session);
}

const EVENT_OF_ACTION: Readonly<Record<string, JournalEvent>> = {
  subscribe: 'subscribed',
  unsubscribe: 'unsubscribed',
  resync: 'resynced',
  resume: 'resumed',
};
