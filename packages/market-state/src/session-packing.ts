import { MarketStateError } from './errors.ts';
import { SESSION_BYTES_MAX, SESSION_TEXT_LENGTH_MAX } from './limits.ts';
import type { SessionOwner, SessionWrite, StoredPosition, StoredSession, StoredSubscription } from './session-store.ts';

/** What is stored of a session beside what a take compares: symbols by channel and interval, so that no name comes twice. */
interface Body {
  since: number;
  /** [channel, interval, symbols…] */
  subs: [string, number, ...string[]][];
  /** [symbol, channel, epoch, number] */
  at: [string, string, string, number][];
}

/** Drivers store this text; the memory one too, so that what comes back is a copy. */
export function packSession({ connectedSinceMs, subscriptions, positions }: StoredSession): string {
  const groups = new Map<string, [string, number, ...string[]]>();
  for (const { symbol, channel, intervalMs } of subscriptions) {
    const key = `${channel} ${intervalMs}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [channel, intervalMs, symbol]);
    else group.push(symbol);
  }
  const body: Body = {
    since: connectedSinceMs,
    subs: [...groups.values()],
    at: positions.map(({ symbol, channel, epoch, seq }) => [symbol, channel, epoch, seq]),
  };
  return JSON.stringify(body);
}

export function unpackSession(claim: { secretHash: string; subject: string }, packed: string): StoredSession {
  let body: Body;
  try {
    // Written by `packSession` and nothing else.
    body = JSON.parse(packed) as Body;
  } catch (error) {
    throw new MarketStateError('failed', 'a stored session is not JSON', { cause: error });
  }
  const subscriptions = body.subs.flatMap(([channel, intervalMs, ...symbols]) =>
    symbols.map((symbol): StoredSubscription => ({ symbol, channel, intervalMs })),
  );
  const positions = body.at.map(([symbol, channel, epoch, seq]): StoredPosition => ({ symbol, channel, epoch, seq }));
  return { ...claim, connectedSinceMs: body.since, subscriptions, positions };
}

/** Neither part has a blank. */
export const packOwner = ({ gateway, connection }: SessionOwner): string => `${gateway} ${connection}`;

export function unpackOwner(packed: string): SessionOwner {
  const [gateway = '', connection = ''] = packed.split(' ');
  return { gateway, connection };
}

export function checkTake(
  id: string,
  claim: { secretHash: string; subject: string },
  owner: SessionOwner,
  ttlMs: number,
): void {
  checkName('id', id);
  checkOwner(owner);
  checkTtl(ttlMs);
  if (claim.secretHash === '') throw invalid('a claim without a secret');
}

/** Returns the packed session, '' for none. */
export function checkWrite({ id, owner, generation, ttlMs, session }: SessionWrite): string {
  checkName('id', id);
  checkOwner(owner);
  checkTtl(ttlMs);
  if (!Number.isSafeInteger(generation) || generation < 1) throw invalid(`generation ${generation} is none`);
  if (session === undefined) return '';
  if (session.secretHash === '') throw invalid('a session without a secret');
  const packed = packSession(session);
  if (packed.length > SESSION_BYTES_MAX)
    throw invalid(`a session of ${packed.length} characters; at most ${SESSION_BYTES_MAX} are stored`);
  return packed;
}

function checkOwner({ gateway, connection }: SessionOwner): void {
  checkName('gateway', gateway);
  checkName('connection', connection);
}

function checkName(what: string, name: string): void {
  if (name === '' || name.length > SESSION_TEXT_LENGTH_MAX || !/^[!-z]+$/.test(name))
    throw invalid(`${what} has to be 1 to ${SESSION_TEXT_LENGTH_MAX} printable characters without blanks and braces`);
}

function checkTtl(ttlMs: number): void {
  if (!Number.isSafeInteger(ttlMs) || ttlMs < 1) throw invalid(`ttlMs ${ttlMs} is no time`);
}

const invalid = (message: string): MarketStateError => new MarketStateError('invalid', `sessions: ${message}`);
