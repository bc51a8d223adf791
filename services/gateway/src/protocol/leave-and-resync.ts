import type { Grant } from '@tapecast/access';
import { type ClientMessage, errorMessage, type SubscriptionResult } from '@tapecast/wire';
import type { StreamGroup } from '../fanout/stream-group.ts';
import type { ProtocolContext } from './context.ts';
import { failure, resolvePairs, resolveSymbol } from './resolve.ts';
import type { Session } from './session.ts';
import { success, tooManyPairs } from './subscribe.ts';

type NamingMessage = Extract<ClientMessage, { action: 'unsubscribe' | 'resync' }>;

/** What a message names of the session's subscriptions: each found, or why not. */
type Named = { stream: StreamGroup } | { failed: SubscriptionResult };

export function unsubscribe(context: ProtocolContext, session: Session, grant: Grant, message: NamingMessage): void {
  const named = subscriptionsNamed(context, session, grant, message);
  if (named === undefined) return;
  context.fanout.flush();
  const results = named.map((item): SubscriptionResult => {
    if ('failed' in item) return item.failed;
    const { stream } = item;
    const { symbol } = stream.instrument;
    const result = { symbol, channel: stream.channel, ok: true, ...session.positionIn(stream) };
    leave(context, session, stream);
    return result;
  });
  tellResults(context, session, message, results, 'Unsubscribed');
}

/** Success, then a keyframe of each channel; trades have none. */
export function resync(context: ProtocolContext, session: Session, grant: Grant, message: NamingMessage): void {
  const named = subscriptionsNamed(context, session, grant, message);
  if (named === undefined) return;
  context.fanout.flush();
  const shown: StreamGroup[] = [];
  const results = named.map((item): SubscriptionResult => {
    if ('failed' in item) return item.failed;
    const { stream } = item;
    // Who knows more than we do is not taken back: its state comes when there is one.
    if (session.isAheadIn(stream) === undefined) shown.push(stream);
    return success(session, stream, context.fanout.target(session.client, stream));
  });
  tellResults(context, session, message, results, 'Keyframes follow');
  context.fanout.show(session.client, shown, false);
}

/** Ends one subscription; the instrument is given back with it. */
export function leave(context: ProtocolContext, session: Session, stream: StreamGroup): void {
  if (!context.fanout.leave(session.client, stream)) return;
  const held = context.instruments.known(stream.instrument.symbol)?.held;
  // There while anybody has a stream of it.
  if (held !== undefined) context.instruments.release(held);
}

function subscriptionsNamed(
  context: ProtocolContext,
  session: Session,
  grant: Grant,
  message: NamingMessage,
): Named[] | undefined {
  const tooMany = tooManyPairs(context, message.symbols, message.channels ?? ['all']);
  if (tooMany !== undefined) {
    session.client.tell(errorMessage(message.action, message.id, 'too_many_symbols', tooMany), context.nowUs());
    return undefined;
  }
  if (message.channels === undefined)
    return message.symbols.flatMap((symbol) => allChannels(context, session, grant, symbol));
  return resolvePairs(context.instruments, grant, message.symbols, message.channels).map((item): Named => {
    if ('failed' in item) return item;
    const { known, channel } = item.pair;
    const { held } = known;
    const stream = held === undefined ? undefined : session.streamOf(held, channel);
    if (stream !== undefined) return { stream };
    return { failed: failure(known.symbol, channel, notSubscribed(`${channel} of ${known.symbol} is not`)) };
  });
}

function allChannels(context: ProtocolContext, session: Session, grant: Grant, text: string): Named[] {
  const known = resolveSymbol(context.instruments, grant, text);
  if ('code' in known) return [{ failed: failure(known.symbol, '', known) }];
  const streams = known.number === 0 ? [] : session.client.streams.ofInstrument(known.number);
  if (streams.length === 0)
    return [{ failed: failure(known.symbol, '', notSubscribed(`no channel of ${known.symbol} is`)) }];
  return streams.map((stream) => ({ stream }));
}

const notSubscribed = (what: string): { code: 'not_subscribed'; msg: string } => ({
  code: 'not_subscribed',
  msg: `${what} subscribed on this connection: query_subscribe lists what is`,
});

function tellResults(
  context: ProtocolContext,
  session: Session,
  message: NamingMessage,
  results: SubscriptionResult[],
  done: string,
): void {
  const failed = results.filter(({ ok }) => !ok).length;
  const msg = failed === 0 ? done : `${done}; ${failed} of ${results.length} failed, see results`;
  session.client.tell({ type: 'success', action: message.action, id: message.id, msg, results }, context.nowUs());
}
