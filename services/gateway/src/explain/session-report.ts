import type { StreamGroup } from '../fanout/stream-group.ts';
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
    subscriptions: {
      symbol: string;
      /** Of the log, in which its instrument is. */
      partition: number;
      channel: string;
      interval_ms: number;
      epoch: string;
      told: number;
    }[];
  };
  /** All of this session's events since then are below; earlier ones are forgotten. */
  since: number;
  events: WrittenEvent[];
}

export function reportOf(
  id: string,
  session: Session | undefined,
  journal: SessionJournal,
  partitionOf: (symbol: string) => number,
): SessionReport | undefined {
  const { entries, sinceMs } = journal.of(id);
  if (session === undefined && entries.every((entry) => entry.session === '')) return undefined;
  const events = toldIt(entries, session).map(written);
  return {
    session: id,
    ...(session === undefined ? {} : { connection: connectionOf(session, partitionOf) }),
    since: Math.floor(sinceMs),
    events,
  };
}

/** Its own entries, and of what all who held an instrument were told what was told while it held it. */
function toldIt(entries: readonly JournalEntry[], session: Session | undefined): JournalEntry[] {
  // Connections whose beginning is remembered, and what they have subscribed since. Of the others anything may have been theirs.
  const begun = new Set(entries.filter(({ event }) => event === 'opened').map((entry) => entry.session));
  const open = new Map<string, Set<string>>();
  const unknown = new Map<string, Set<string>>();
  for (const { session: whose, symbol } of entries)
    if (whose !== '' && !begun.has(whose)) symbolsOf(unknown, whose).add(symbol);
  if (session !== undefined && !begun.has(session.connection))
    for (const { instrument } of session.client.streams) symbolsOf(unknown, session.connection).add(instrument.symbol);
  return entries.filter(({ session: whose, event, symbol }) => {
    if (whose === '') return [...open.values(), ...unknown.values()].some((symbols) => symbols.has(symbol));
    if (event === 'gone') for (const connections of [open, unknown]) connections.delete(whose);
    else if (begun.has(whose) && event !== 'refused') symbolsOf(open, whose).add(symbol);
    return true;
  });
}

function symbolsOf(connections: Map<string, Set<string>>, connection: string): Set<string> {
  const symbols = connections.get(connection) ?? new Set();
  connections.set(connection, symbols);
  return symbols;
}

/** Where a client is that is not told a stream with all others now: it reads slowly, or has come back a moment ago. */
function ownPositions({ slow, resuming }: Session): Map<StreamGroup, { epoch: string; told: number }> {
  const positions = new Map<StreamGroup, { epoch: string; told: number }>();
  for (const position of slow?.away ?? []) positions.set(position.group, position);
  for (const { group, epoch, at } of [...(resuming?.items ?? []), ...(resuming?.ahead ?? [])])
    positions.set(group, { epoch, told: at });
  return positions;
}

function connectionOf(
  session: Session,
  partitionOf: (symbol: string) => number,
): NonNullable<SessionReport['connection']> {
  const { client } = session;
  const own = ownPositions(session);
  return {
    protocol: client.encoding,
    openedAt: Math.floor(session.openedAtMs),
    subject: session.grant?.subject ?? null,
    heardAt: Math.floor(client.heardAtMs),
    unreadBytes: session.unreadBytes,
    merged: session.slow !== undefined && session.slow.spell.stage !== 'live',
    subscriptions: Array.from(client.streams, (stream) => {
      const { instrument, channel, intervalMs } = stream;
      const { epoch, told } = own.get(stream) ?? { epoch: instrument.view.epoch, told: stream.told };
      const { symbol } = instrument;
      return { symbol, partition: partitionOf(symbol), channel, interval_ms: intervalMs, epoch, told };
    }),
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
