import type { Grant } from '@tapecast/access';
import { errorMessage, type SubscribeMessage, type SubscriptionResult } from '@tapecast/wire';
import { intervalIndex } from '../fanout/intervals.ts';
import type { StreamGroup } from '../fanout/stream-group.ts';
import type { HeldInstrument } from '../subscriptions/held-instrument.ts';
import { joinedWithin } from '../subscriptions/joined-within.ts';
import type { ProtocolContext } from './context.ts';
import { failure, type Pair, type Resolved, resolvePairs } from './resolve.ts';
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

function withinLimits(context: ProtocolContext, session: Session, resolved: readonly Resolved[]): Resolved[] {
  const limits = new WithinLimits(context, session);
  return resolved.map((item): Resolved => {
    if ('failed' in item) return item;
    const failed = limits.refusal(item.pair);
    return failed === undefined ? item : { failed };
  });
}

/** Refuses what the connection may not hold beside what it has, before any state is read for it. For the pairs of one message. */
export class WithinLimits {
  readonly #session: Session;
  readonly #pairsMax: number;
  #pairs: number;
  #instruments: number;
  /** Of this message; what the connection has is asked for one by one. */
  readonly #added = new Set<string>();

  constructor(context: ProtocolContext, session: Session) {
    this.#session = session;
    this.#pairsMax = context.limits.subscriptionsPerConnectionMax;
    this.#pairs = session.client.streams.size;
    this.#instruments = session.client.streams.instruments;
  }

  /** Why it may not have the next pair; undefined where it may, and then that counts. */
  refusal({ known, channel }: Pair): SubscriptionResult | undefined {
    const { symbolsMax } = this.#session;
    const { streams } = this.#session.client;
    if (known.held !== undefined && this.#session.streamOf(known.held, channel) !== undefined) return undefined;
    const isNew = !this.#added.has(known.symbol) && (known.number === 0 || !streams.hasInstrument(known.number));
    const tooMany =
      this.#pairs >= this.#pairsMax
        ? `${this.#pairsMax} subscriptions`
        : isNew && this.#instruments >= symbolsMax
          ? `${symbolsMax} symbols`
          : undefined;
    if (tooMany !== undefined) {
      const msg = `this connection has ${tooMany}, which is the most it may have. Unsubscribe some, or open another connection`;
      return failure(known.symbol, channel, { code: 'too_many_symbols', msg });
    }
    this.#pairs++;
    if (isNew) this.#instruments++;
    this.#added.add(known.symbol);
    return undefined;
  }
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
  const joined: Joined[] = [];
  const interval = intervalIndex(message.intervalMs);
  const results = resolved.map((item): SubscriptionResult => {
    if ('failed' in item) return item.failed;
    const { known, channel } = item.pair;
    const instrument = held.get(known.symbol) as HeldInstrument; // Held above, for each pair.
    const had = session.streamOf(instrument, channel);
    if (had !== undefined) return success(session, had, context.fanout.changeInterval(session.client, had, interval));
    const stream = context.fanout.join(session.client, instrument.fanout, channel, interval);
    instrument.holds++;
    joined.push({ held: instrument, stream });
    return success(session, stream, stream);
  });
  answer(context, session, message, results, joined);
  for (const one of held.values()) context.instruments.release(one);
}

/** A stream that the client did not have. */
interface Joined {
  held: HeldInstrument;
  stream: StreamGroup;
}

/** A pair that the client is told in `now`, and will be in `next`: the number is that at which it is. */
export function success(session: Session, now: StreamGroup, next: StreamGroup): SubscriptionResult {
  const result: SubscriptionResult = {
    symbol: now.instrument.symbol,
    channel: now.channel,
    ok: true,
    ...session.positionIn(now),
    intervalMs: next.intervalMs,
  };
  return session.client.json ? result : { ...result, streamNumber: next.number };
}

function answer(
  context: ProtocolContext,
  session: Session,
  message: SubscribeMessage,
  results: SubscriptionResult[],
  joined: readonly Joined[],
): void {
  const nowUs = context.nowUs();
  const { client } = session;
  client.tell({ type: 'success', action: 'subscribe', id: message.id, msg: subscribedText(results), results }, nowUs);
  for (const held of new Set(joined.map((one) => one.held))) held.tellStatusTo(client, nowUs);
  if (joined.length === 0) return;
  context.fanout.show(
    client,
    joined.map(({ stream }) => stream),
    true,
  );
}

function subscribedText(results: readonly SubscriptionResult[]): string {
  const symbols = [...new Set(results.filter(({ ok }) => ok).map(({ symbol }) => symbol))];
  const failed = results.filter(({ ok }) => !ok).length;
  const more = symbols.length > SYMBOLS_IN_TEXT ? ` and ${symbols.length - SYMBOLS_IN_TEXT} more` : '';
  const what = symbols.length === 0 ? 'nothing' : `${symbols.slice(0, SYMBOLS_IN_TEXT).join(',')}${more}`;
  return `Subscribed to ${what}${failed === 0 ? '' : `; ${failed} of ${results.length} failed, see results`}`;
}
