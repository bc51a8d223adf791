import type { Session } from '../protocol/session.ts';
import type { JournalEntry } from './journal-ring.ts';
import type { SessionJournal } from './session-journal.ts';

export interface WrittenEvent {
  at: number;
  event: string;
  symbol?: string;
  channel?: string;
  /** The number up to which the client was told then. */
  seq?: number;
  /** Numbers that it was told are missing. */
  range?: [number, number];
  text?: string;
}

/** What `/sessions/:id` answers. Times are Unix ms. */
export interface SessionReport {
  session: string;
  /** Absent where no such connection is open here now. */
  connection?: {
    protocol: string;
    openedAt: number;
    /** Whose it is; null for somebody anonymous. */
    subject: string | null;
    heardAt: number;
    unreadBytes: number;
    /** Off its streams since it did not read: told merged states and missed trades when it has. */
    merged: boolean;
    subscriptions: { symbol: string; channel: string; interval_ms: number; epoch: string; told: number }[];
  };
  /** All of this session's events since then are below; earlier ones are forgotten. */
  since: number;
  events: WrittenEvent[];
}

export function reportOf(id: string, session: Session | undefined, journal: SessionJournal): SessionReport | undefined {
  const { entries, sinceMs } = journal.of(id);
  const own = entries.filter((entry) => entry.session !== '');
  if (session === undefined && own.length === 0) return undefined;
  const held = new Set(own.map(({ symbol }) => symbol));
  for (const { instrument } of session?.client.streams ?? []) held.add(instrument.symbol);
  // What happened to everybody is of interest where it had the instrument.
  const events = entries.filter((entry) => entry.session !== '' || held.has(entry.symbol)).map(written);
  return {
    session: id,
    ...(session === undefined ? {} : { connection: connectionOf(session) }),
    since: Math.floor(sinceMs),
    events,
  };
}

function connectionOf(session: Session): NonNullable<SessionReport['connection']> {
  const { client } = session;
  return {
    protocol: client.encoding,
    openedAt: Math.floor(session.openedAtMs),
    subject: session.grant?.subject ?? null,
    heardAt: Math.floor(client.heardAtMs),
    unreadBytes: session.unreadBytes,
    merged: session.slow !== undefined && session.slow.spell.stage !== 'live',
    subscriptions: Array.from(client.streams, ({ instrument, channel, intervalMs, told }) => ({
      symbol: instrument.symbol,
      channel,
      interval_ms: intervalMs,
      epoch: instrument.view.epoch,
      told,
    })),
  };
}

function written({ atMs, event, symbol, channel, first, last, text }: JournalEntry): WrittenEvent {
  return {
    at: Math.floor(atMs),
    event,
    ...(symbol === '' ? {} : { symbol }),
    ...(channel === '' ? {} : { channel }),
    ...(first > 0 ? { range: [first, last] as [number, number] } : last > 0 ? { seq: last } : {}),
    ...(text === '' ? {} : { text }),
  };
}
