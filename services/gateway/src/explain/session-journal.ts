import type { CloseReason, ControlMessage, NoticeMessage, SubscriptionResult } from '@tapecast/wire';
import { type JournalEntry, type JournalEvent, JournalRing } from './journal-ring.ts';

export interface JournalLimits {
  /** Entries kept, the newest. */
  journalEntriesMax: number;
  /** Characters of a text in an entry. */
  journalTextMax: number;
  /** ms after which an entry is of no interest any more. */
  journalMs: number;
}

/**
 * What the gateway did with its clients in the last minutes, for the question why one did not get an update. One ring for
 * all of them, of columns: it is written to at each answer, and read when a person asks.
 */
export class SessionJournal {
  readonly #limits: JournalLimits;
  readonly #nowMs: () => number;
  readonly #ring: JournalRing;
  readonly #begunMs: number;

  constructor(limits: JournalLimits, nowMs: () => number) {
    this.#limits = limits;
    this.#nowMs = nowMs;
    this.#begunMs = nowMs();
    this.#ring = new JournalRing(limits.journalEntriesMax);
  }

  get size(): number {
    return this.#ring.size;
  }

  note(session: string, event: JournalEvent, about: Partial<Omit<JournalEntry, 'atMs'>> = {}): void {
    const { symbol = '', channel = '', first = 0, last = 0, text = '' } = about;
    this.#ring.add({ atMs: this.#nowMs(), event, session, symbol, channel, first, last, text });
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
          text: message.reason === '' ? message.state : this.#own(`${message.state}: ${message.reason}`),
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
   * than the journal's time where more happened than it keeps, and where it has not been kept for so long.
   */
  of(session: string): { sinceMs: number; entries: JournalEntry[] } {
    const ring = this.#ring;
    const fromMs = this.#nowMs() - this.#limits.journalMs;
    const oldestMs = ring.size === this.#limits.journalEntriesMax ? ring.oldestMs : fromMs;
    const names = new Set([session]);
    ring.each(fromMs, (at) => {
      if (ring.eventOf(at) === 'took_over' && ring.textOf(at) === session) names.add(ring.sessionOf(at));
    });
    const entries: JournalEntry[] = [];
    ring.each(fromMs, (at) => {
      const whose = ring.sessionOf(at);
      if (whose === '' || names.has(whose)) entries.push(ring.entry(at));
    });
    return { sinceMs: Math.max(fromMs, oldestMs, this.#begunMs), entries };
  }

  #result(session: string, action: string, result: SubscriptionResult): void {
    const { symbol, channel, ok, seq = 0, outcome, lost, code, intervalMs } = result;
    if (!ok) {
      const text = `${action}: ${code ?? 'no reason'}`;
      this.note(session, 'refused', { symbol: this.#own(symbol), channel: this.#own(channel), text });
      return;
    }
    const about = { symbol, channel, last: seq, text: intervalMs ? everyText(intervalMs) : '' };
    if (action === 'resume' && outcome !== undefined)
      this.note(session, outcome, lost === undefined ? about : { ...about, first: lost[0], last: lost[1] });
    else this.note(session, EVENT_OF_ACTION[action] ?? 'subscribed', about);
  }

  /**
   * Of somebody else's text what an entry may have, as a copy: the piece itself holds all that it was cut from, which of a client's
   * message are 256 KiB.
   */
  #own(text: string): string {
    return Buffer.from(text.slice(0, this.#limits.journalTextMax)).toString();
  }
}

/** There are few intervals, and the journal keeps the text of each subscription. */
function everyText(intervalMs: number): string {
  let text = EVERY_TEXTS.get(intervalMs);
  if (text === undefined) {
    text = `every ${intervalMs} ms`;
    EVERY_TEXTS.set(intervalMs, text);
  }
  return text;
}

const EVERY_TEXTS = new Map<number, string>();

const EVENT_OF_ACTION: Readonly<Record<string, JournalEvent>> = {
  subscribe: 'subscribed',
  unsubscribe: 'unsubscribed',
  resync: 'resynced',
  resume: 'resumed',
};
