import type { Grant } from '@tapecast/access';
import type { Channel } from '@tapecast/market';
import { type ClientMessage, errorMessage, type SubscriptionResult } from '@tapecast/wire';
import type { ChannelGroup } from '../fanout/channel-group.ts';
import type { HeldInstrument } from '../subscriptions/held-instrument.ts';
import type { ProtocolContext } from './context.ts';
import { failure, resolvePairs, resolveSymbol } from './resolve.ts';
import type { Session } from './session.ts';
import { tooManyPairs } from './subscribe.ts';

type NamingMessage = Extract<ClientMessage, { action: 'unsubscribe' | 'resync' }>;

/** What a message names of the session's subscriptions: each found, or why not. */
type Named = { held: HeldInstrument; channel: Channel } | { failed: SubscriptionResult };

export function unsubscribe(context: ProtocolContext, session: Session, grant: Grant, message: NamingMessage): void {
  const named = subscriptionsNamed(context, session, grant, message);
  if (named === undefined) return;
  const results = named.map((item): SubscriptionResult => {
    if ('failed' in item) return item.failed;
    const { held, channel } = item;
    const result = {
      symbol: held.symbol,
      channel,
      ok: true,
      epoch: held.view.epoch,
      seq: held.fanout.group(channel)?.told ?? 0,
    };
    leave(context, session, held, channel);
    return result;
  });
  tellResults(context, session, message, results, 'Unsubscribed');
}

/** Success, then a keyframe of each channel; trades have none. */
export function resync(context: ProtocolContext, session: Session, grant: Grant, message: NamingMessage): void {
  const named = subscriptionsNamed(context, session, grant, message);
  if (named === undefined) return;
  context.fanout.flush();
  const shown = new Map<ChannelGroup, HeldInstrument['view']>();
  const results = named.map((item): SubscriptionResult => {
    if ('failed' in item) return item.failed;
    const { held, channel } = item;
    const group = held.fanout.group(channel);
    if (group !== undefined) shown.set(group, held.view);
    const result = {
      symbol: held.symbol,
      channel,
      ok: true,
      epoch: held.view.epoch,
      seq: group?.told ?? 0,
      intervalMs: 0,
    };
    return session.client.encoding === 'protobuf' ? { ...result, streamNumber: held.number } : result;
  });
  tellResults(context, session, message, results, 'Keyframes follow');
  context.fanout.show(session.client, shown, false);
}

/** Ends one subscription; the instrument is given back with its last. */
export function leave(context: ProtocolContext, session: Session, held: HeldInstrument, channel: Channel): void {
  const channels = session.subscriptions.get(held);
  if (channels?.delete(channel) !== true) return;
  session.subscriptionCount--;
  held.fanout.leave(session.client, channel);
  if (channels.size > 0) return;
  session.subscriptions.delete(held);
  context.instruments.release(held);
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
    if (held !== undefined && session.has(held, channel)) return { held, channel };
    return { failed: failure(known.symbol, channel, notSubscribed(`${channel} of ${known.symbol} is not`)) };
  });
}

function allChannels(context: ProtocolContext, session: Session, grant: Grant, text: string): Named[] {
  const known = resolveSymbol(context.instruments, grant, text);
  if ('code' in known) return [{ failed: failure(known.symbol, '', known) }];
  const { held } = known;
  const channels = held === undefined ? undefined : session.subscriptions.get(held);
  if (held === undefined || channels === undefined) {
    return [{ failed: failure(known.symbol, '', notSubscribed(`no channel of ${known.symbol} is`)) }];
  }
  return [...channels].map((channel) => ({ held, channel }));
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
