import { setTimeout as delay } from 'node:timers/promises';
import type { Grant } from '@tapecast/access';
import type { StoredSession } from '@tapecast/market-state';
import {
  errorMessage,
  type ResumeMessage,
  type ResumePosition,
  type SubscriptionResult,
  sequenceOf,
} from '@tapecast/wire';
import { intervalIndex } from '../fanout/intervals.ts';
import type { StreamGroup } from '../fanout/stream-group.ts';
import type { ProtocolContext } from '../protocol/context.ts';
import { failure, type Pair, resolvePair } from '../protocol/resolve.ts';
import type { Session } from '../protocol/session.ts';
import { success, WithinLimits } from '../protocol/subscribe.ts';
import type { HeldInstrument } from '../subscriptions/held-instrument.ts';
import { joinedWithin } from '../subscriptions/joined-within.ts';
import { resumeTokenOf } from './identity.ts';
import type { OwedSessions } from './owed-sessions.ts';
import type { ResumedStream, Resumptions } from './resumptions.ts';
import type { SessionKeeper } from './session-keeper.ts';
import type { TradeReplays } from './trade-replays.ts';

/** What a resume works with beside what every message does. */
export interface ResumeParts {
  /** undefined where sessions are not kept: positions alone count. */
  keeper: SessionKeeper | undefined;
  owed: OwedSessions<Session>;
  resumptions: Resumptions;
  replays: TradeReplays;
}

/** Pause before a resume is asked for again that there was no room for. */
const RETRY_AFTER_MS = 500;
/** Between two looks whether older trades have been read. */
const FILL_POLL_MS = 25;
/** Of thousands who come to a gateway that has just begun, so many positions in a ms: less often, so that looking takes a small part of the loop. */
const FILL_LOOKS_PER_MS = 100;

/** A pair that is asked for, or why it is not given. `position` where the client has something of it. */
type Wanted = { pair: Pair; intervalMs: number | undefined; position: ResumePosition | undefined } | Failed;
type Failed = { failed: SubscriptionResult };

/**
 * Answers a resume when it is known what the session had and when the instruments are there, or the time for either is over. As
 * with a subscribe, success, states and membership happen in one turn, after a flush; trades that are to be replayed follow.
 */
export async function resume(
  context: ProtocolContext,
  parts: ResumeParts,
  session: Session,
  grant: Grant,
  message: ResumeMessage,
): Promise<void> {
  const { client } = session;
  const { pairsPerMessageMax } = context.limits;
  const refuse = (code: 'too_many_symbols' | 'unavailable', msg: string, retryAfterMs: number | null): void =>
    client.tell(errorMessage('resume', message.id, code, msg, retryAfterMs), context.nowUs());
  const count = message.positions.length;
  if (count > pairsPerMessageMax) {
    const msg = `${count} positions in one message, and at most ${pairsPerMessageMax} are allowed. Send several, all but the last with "more":true`;
    refuse('too_many_symbols', msg, null);
    return;
  }
  // One more for the message itself.
  if (!parts.resumptions.enter(count + 1)) {
    refuse('unavailable', 'too many clients are coming back at once. Send it again', RETRY_AFTER_MS);
    return;
  }
  let entered = true;
  const held = new Map<string, HeldInstrument>();
  try {
    const limits = new WithinLimits(context, session);
    const named = within(limits, namedPairs(context, grant, message.positions));
    // Their states are read while the store is asked.
    hold(context, held, named);
    const stored = await storedSession(context, parts, session, grant, message);
    if (client.closed) return;
    const wanted = [...named, ...within(limits, others(context, session, grant, named, stored))];
    hold(context, held, wanted);
    await joinedWithin(held.values(), context.limits.joinAnswerMs);
    await windowFilled(context, parts, wanted, held);
    if (client.closed) return;
    client.socket.cork(() => {
      const resumed = complete(context, parts, session, message, wanted, held);
      parts.resumptions.begin(session, resumed, count + 1);
      entered = false;
    });
  } finally {
    if (entered) parts.resumptions.leave(count + 1);
    for (const one of held.values()) context.instruments.release(one);
  }
}

/** What the client names, each pair once. */
function namedPairs(context: ProtocolContext, grant: Grant, positions: readonly ResumePosition[]): Wanted[] {
  const seen = new Set<string>();
  const wanted: Wanted[] = [];
  for (const position of positions) {
    const found = resolvePair(context.instruments, grant, position.symbol, position.channel);
    const key = keyOf(found);
    if (seen.has(key)) continue;
    seen.add(key);
    const has = position.seq > 0 || position.epoch !== '';
    const { intervalMs } = position;
    wanted.push('failed' in found ? found : { ...found, intervalMs, position: has ? position : undefined });
  }
  return wanted;
}

/** What the session had beside what the client names, as far as one message may bring. Intervals of both are filled in. */
function others(
  context: ProtocolContext,
  session: Session,
  grant: Grant,
  named: readonly Wanted[],
  stored: StoredSession | undefined,
): Wanted[] {
  if (stored === undefined) return [];
  const byKey = new Map(named.map((wanted) => [keyOf(wanted), wanted]));
  const positions = new Map(stored.positions.map((position) => [`${position.symbol} ${position.channel}`, position]));
  const room = context.limits.pairsPerMessageMax - named.length;
  const added: Wanted[] = [];
  for (const { symbol, channel, intervalMs } of stored.subscriptions) {
    const known = byKey.get(`${symbol} ${channel}`);
    if (known !== undefined) {
      if ('pair' in known) known.intervalMs ??= intervalMs;
      continue;
    }
    if (added.length >= room || !session.takePairs(context.nowUs() / 1000, 1)) {
      const msg = 'one message can bring back no more of the session. Subscribe it';
      added.push({ failed: failure(symbol, channel, { code: 'too_many_symbols', msg }) });
      continue;
    }
    const found = resolvePair(context.instruments, grant, symbol, channel);
    const at = positions.get(`${symbol} ${channel}`);
    const position = at === undefined ? undefined : { ...at, intervalMs: undefined };
    added.push('failed' in found ? found : { ...found, intervalMs, position });
  }
  return added;
}

/** What is kept of the session that the message means, where this message is to bring back what it does not name. */
async function storedSession(
  { nowUs }: ProtocolContext,
  { keeper, owed }: ResumeParts,
  session: Session,
  grant: Grant,
  { token, more }: ResumeMessage,
): Promise<StoredSession | undefined> {
  session.sessionResumed = false;
  if (keeper === undefined || token === undefined) return undefined;
  const known = await keeper.take(session, grant, token);
  session.sessionResumed = known !== undefined;
  if (session.client.closed) return undefined;
  // Taken with the first of several messages, brought back with the last.
  const stored = owed.of(session) ?? known;
  if (!more) {
    owed.forget(session);
    return stored;
  }
  if (stored !== undefined) owed.keep(session, stored, nowUs() / 1000);
  return undefined;
}

function within(limits: WithinLimits, wanted: readonly Wanted[]): Wanted[] {
  return wanted.map((item): Wanted => {
    if ('failed' in item) return item;
    const failed = limits.refusal(item.pair);
    return failed === undefined ? item : { failed };
  });
}

function hold(context: ProtocolContext, held: Map<string, HeldInstrument>, wanted: readonly Wanted[]): void {
  for (const item of wanted) {
    if ('failed' in item) continue;
    const { known } = item.pair;
    if (!held.has(known.symbol)) held.set(known.symbol, context.instruments.hold(known));
  }
}

/** A gateway that has just begun reads the trades of the last minutes: those that are asked for are waited for, a while. */
async function windowFilled(
  { limits }: ProtocolContext,
  { replays, resumptions }: ResumeParts,
  wanted: readonly Wanted[],
  held: ReadonlyMap<string, HeldInstrument>,
): Promise<void> {
  const waits = (item: Wanted): boolean => {
    if ('failed' in item || item.position === undefined || item.pair.channel !== 'trade') return false;
    const view = held.get(item.pair.known.symbol)?.view;
    return view !== undefined && replays.awaits(view, item.position);
  };
  const untilMs = performance.now() + limits.resumeFillMs;
  while (performance.now() < untilMs && wanted.some(waits))
    await delay(FILL_POLL_MS + resumptions.positions / FILL_LOOKS_PER_MS, undefined, { ref: false });
}

function complete(
  context: ProtocolContext,
  parts: ResumeParts,
  session: Session,
  message: ResumeMessage,
  wanted: readonly Wanted[],
  held: ReadonlyMap<string, HeldInstrument>,
): ResumedStream[] {
  const { client } = session;
  context.fanout.flush();
  const resumed: ResumedStream[] = [];
  const shown: StreamGroup[] = [];
  const told = new Set<HeldInstrument>();
  const results = wanted.map((item): SubscriptionResult => {
    if ('failed' in item) return item.failed;
    const instrument = held.get(item.pair.known.symbol) as HeldInstrument; // Held above, for each pair.
    const { channel } = item.pair;
    const had = session.streamOf(instrument, channel);
    if (had !== undefined) {
      const now = context.fanout.target(client, had).interval;
      const interval = item.intervalMs === undefined ? now : intervalIndex(item.intervalMs);
      return success(session, had, context.fanout.changeInterval(client, had, interval));
    }
    told.add(instrument);
    instrument.holds++;
    return join(context, parts, session, instrument, item, resumed, shown);
  });
  answer(context, parts, session, message, results);
  const nowUs = context.nowUs();
  for (const instrument of told) instrument.tellStatusTo(client, nowUs);
  if (shown.length > 0) context.fanout.show(client, shown, true);
  return resumed;
}

/** The client has the stream from now on. Says what becomes of it, and notes what is to follow. */
function join(
  { fanout }: ProtocolContext,
  { replays }: ResumeParts,
  session: Session,
  instrument: HeldInstrument,
  { pair: { channel }, intervalMs, position }: Extract<Wanted, { pair: Pair }>,
  resumed: ResumedStream[],
  shown: StreamGroup[],
): SubscriptionResult {
  const { client } = session;
  const interval = intervalIndex(intervalMs ?? 0);
  const { epoch } = instrument.view;
  const isTrade = channel === 'trade';
  // It may be of an epoch that this gateway has not read of yet.
  const awaited = position !== undefined && replays.mayFollow(instrument.fanout, position.epoch);
  if (
    position === undefined ||
    (!isTrade && !awaited && (position.epoch !== epoch || position.seq <= toldIn(instrument, channel, interval)))
  ) {
    const stream = fanout.join(client, instrument.fanout, channel, interval);
    shown.push(stream);
    return { ...success(session, stream, stream), outcome: 'keyframe' };
  }
  const stream = fanout.joinPaused(client, instrument.fanout, channel, interval);
  resumed.push({ group: stream, epoch: position.epoch, at: position.seq });
  const result = success(session, stream, stream);
  // It knows of more than this gateway: it is not taken back.
  if (!isTrade) return { ...result, epoch: position.epoch, seq: position.seq, outcome: 'keyframe' };
  // Of an instrument without a state, and of an epoch that is not known here, it is told later if the client's numbers are no more.
  const same = epoch === '' || awaited || position.epoch === epoch;
  const seq = same ? position.seq : 0;
  const from = Math.max(seq + 1, epoch === '' || awaited ? 0 : replays.oldest(stream));
  const at = { ...result, epoch: same ? position.epoch : epoch, seq, from };
  if (from === seq + 1) return { ...at, outcome: same ? 'resumed' : 'hole' };
  return { ...at, outcome: 'hole', lost: [seq + 1, from - 1] };
}

/** The number that those are at who have the stream, or at which it would begin. */
const toldIn = (instrument: HeldInstrument, channel: StreamGroup['channel'], interval: number): number =>
  instrument.fanout.stream(channel, interval)?.told ?? instrument.view.seqs[sequenceOf(channel)];

function answer(
  context: ProtocolContext,
  { keeper }: ResumeParts,
  session: Session,
  message: ResumeMessage,
  results: SubscriptionResult[],
): void {
  const { identity, sessionResumed } = session;
  for (const { ok, outcome } of results) context.metrics.sessions.pair(ok ? (outcome ?? 'had') : 'refused');
  const failed = results.filter(({ ok }) => !ok).length;
  const what = sessionResumed ? 'The session goes on' : 'The session is a new one';
  session.client.tell(
    {
      type: 'success',
      action: 'resume',
      id: message.id,
      msg: `${what}; ${results.length - failed} of ${results.length} subscriptions are back, see results`,
      results,
      session: identity.id,
      ...(keeper === undefined ? {} : { resumeToken: resumeTokenOf(identity) }),
      sessionResumed,
    },
    context.nowUs(),
  );
}

function keyOf(wanted: { pair: Pair } | Failed): string {
  if ('failed' in wanted) return `${wanted.failed.symbol} ${wanted.failed.channel}`;
  return `${wanted.pair.known.symbol} ${wanted.pair.channel}`;
}
