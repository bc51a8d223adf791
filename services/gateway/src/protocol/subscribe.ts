import type { Grant } from '@tapecast/access';
import type { Channel } from '@tapecast/market';
import { errorMessage, type SubscribeMessage, type SubscriptionResult } from '@tapecast/wire';
import type { ChannelGroup } from '../fanout/channel-group.ts';
import type { HeldInstrument } from '../subscriptions/held-instrument.ts';
import { joinedWithin } from '../subscriptions/joined-within.ts';
import { INTERVALS_OFFERED_MS, type ProtocolContext } from './context.ts';
import { failure, type Resolved, resolvePairs } from './resolve.ts';
import type { Session } from './session.ts';

/** Symbols that the text of an answer names; the results name all. */
const SYMBOLS_IN_TEXT = 10;

/**
 * Answers a subscribe: at once when all its instruments are here, else when their states were read. Success, snapshots
 * and membership happen in one turn, after a flush: what the client is shown is what all others have.
 */
export function subscribe(
  context: ProtocolContext,
  session: Session,
  grant: Grant,
  message: SubscribeMessage,
): Promise<void> | undefined {
  const tooMany = tooManyPairs(context, message.symbols, message.channels);
  if (tooMany !== undefined) {
    session.client.tell(errorMessage('subscribe', message.id, 'too_many_symbols', tooMany), context.nowUs());
    return undefined;
  }
  const resolved = withinLimits(
    context,
    session,
    resolvePairs(context.instruments, grant, message.symbols, message.channels),
  );
  if (!INTERVALS_OFFERED_MS.includes(message.intervalMs)) {
    const why = {
      code: 'not_supported',
      msg: `interval_ms ${message.intervalMs} is not offered; hello.limits.intervals_ms lists what is. Leave it out to get each update as it comes`,
    } as const;
    const results = resolved.map((item) =>
      'failed' in item ? item.failed : failure(item.pair.known.symbol, item.pair.channel, why),
    );
    answer(context, session, message, results, []);
    return undefined;
  }
  const held = holdAll(context, resolved);
  const joined = joinedWithin(held.values(), context.limits.joinAnswerMs);
  if (joined !== undefined) return afterJoining(context, session, message, resolved, held, joined);
  complete(context, session, message, resolved, held);
  return undefined;
}

/** Why a message asks for too much; undefined when it does not. */
export function tooManyPairs(
  context: ProtocolContext,
  symbols: readonly string[],
  channels: readonly string[],
): string | undefined {
  const { symbolsPerMessageMax, pairsPerMessageMax } = context.limits;
  if (symbols.length > symbolsPerMessageMax) {
    return `${symbols.length} symbols in one message, and at most ${symbolsPerMessageMax} are allowed. Send several messages`;
  }
  if (symbols.length * channels.length > pairsPerMessageMax) {
    return `${symbols.length} symbols with ${channels.length} channels each, and at most ${pairsPerMessageMax} pairs are allowed in one message. Send several`;
  }
  return undefined;
}

async function afterJoining(
  context: ProtocolContext,
  session: Session,
  message: SubscribeMessage,
  resolved: readonly Resolved[],
  held: ReadonlyMap<string, HeldInstrument>,
  joined: Promise<void>,
): Promise<void> {
  await joined;
  if (session.client.closed) {
    for (const one of held.values()) context.instruments.release(one);
    return;
  }
  session.client.socket.cork(() => complete(context, session, message, resolved, held));
}

/** Refuses what the connection may not hold beside what it has, before any state is read for it. */
function withinLimits(context: ProtocolContext, session: Session, resolved: readonly Resolved[]): Resolved[] {
  const { symbolsMax } = session;
  const pairsMax = context.limits.subscriptionsPerConnectionMax;
  const symbols = new Set<string>();
  for (const { symbol } of session.subscriptions.keys()) symbols.add(symbol);
  let pairs = session.subscriptionCount;
  return resolved.map((item): Resolved => {
    if ('failed' in item) return item;
    const { known, channel } = item.pair;
    if (known.held !== undefined && session.has(known.held, channel)) return item;
    const tooMany =
      pairs >= pairsMax
        ? `${pairsMax} subscriptions`
        : symbols.size >= symbolsMax && !symbols.has(known.symbol)
          ? `${symbolsMax} symbols`
          : undefined;
    if (tooMany !== undefined) {
      const msg = `this connection has ${tooMany}, which is the most it may have. Unsubscribe some, or open another connection`;
      return { failed: failure(known.symbol, channel, { code: 'too_many_symbols', msg }) };
    }
    pairs++;
    symbols.add(known.symbol);
    return item;
  });
}

/** Holds each instrument once for the message; `complete` gives the holds back when the session has its own. */
function holdAll(context: ProtocolContext, resolved: readonly Resolved[]): Map<string, HeldInstrument> {
  const held = new Map<string, HeldInstrument>();
  for (const item of resolved) {
    if (!('pair' in item)) continue;
    const { known } = item.pair;
    if (!held.has(known.symbol)) held.set(known.symbol, context.instruments.hold(known));
  }
  return held;
}

function complete(
  context: ProtocolContext,
  session: Session,
  message: SubscribeMessage,
  resolved: readonly Resolved[],
  held: ReadonlyMap<string, HeldInstrument>,
): void {
  context.fanout.flush();
  const joined: { held: HeldInstrument; group: ChannelGroup }[] = [];
  const results = resolved.map((item): SubscriptionResult => {
    if ('failed' in item) return item.failed;
    const { pair } = item;
    const instrument = held.get(pair.known.symbol) as HeldInstrument; // Held above, for each pair.
    if (!session.has(instrument, pair.channel))
      joined.push({ held: instrument, group: join(session, instrument, pair.channel) });
    return success(session, instrument, pair.channel);
  });
  answer(context, session, message, results, joined);
  for (const one of held.values()) context.instruments.release(one);
}

function join(session: Session, held: HeldInstrument, channel: Channel): ChannelGroup {
  let channels = session.subscriptions.get(held);
  if (channels === undefined) {
    channels = new Set();
    session.subscriptions.set(held, channels);
    held.holds++;
  }
  channels.add(channel);
  session.subscriptionCount++;
  return held.join(session.client, channel);
}

function success(session: Session, held: HeldInstrument, channel: Channel): SubscriptionResult {
  const seq = held.fanout.group(channel)?.told ?? 0;
  const result: SubscriptionResult = {
    symbol: held.symbol,
    channel,
    ok: true,
    epoch: held.view.epoch,
    seq,
    intervalMs: 0,
  };
  return session.client.encoding === 'protobuf' ? { ...result, streamNumber: held.number } : result;
}

function answer(
  context: ProtocolContext,
  session: Session,
  message: SubscribeMessage,
  results: SubscriptionResult[],
  joined: readonly { held: HeldInstrument; group: ChannelGroup }[],
): void {
  const nowUs = context.nowUs();
  const { client } = session;
  client.tell({ type: 'success', action: 'subscribe', id: message.id, msg: subscribedText(results), results }, nowUs);
  for (const held of new Set(joined.map((one) => one.held))) held.tellStatusTo(client, nowUs);
  const viewOf = new Map(joined.map(({ held, group }) => [group, held.view]));
  if (viewOf.size > 0) context.fanout.show(client, viewOf, true);
}

function subscribedText(results: readonly SubscriptionResult[]): string {
  const symbols = [...new Set(results.filter(({ ok }) => ok).map(({ symbol }) => symbol))];
  const failed = results.filter(({ ok }) => !ok).length;
  const more = symbols.length > SYMBOLS_IN_TEXT ? ` and ${symbols.length - SYMBOLS_IN_TEXT} more` : '';
  const what = symbols.length === 0 ? 'nothing' : `${symbols.slice(0, SYMBOLS_IN_TEXT).join(',')}${more}`;
  return `Subscribed to ${what}${failed === 0 ? '' : `; ${failed} of ${results.length} failed, see results`}`;
}
