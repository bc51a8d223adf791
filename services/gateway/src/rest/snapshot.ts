import type { DataMessage, JsonNumbers, StatusMessage, SubscriptionResult } from '@tapecast/wire';
import { encodeJsonControl, jsonData, sequenceOf } from '@tapecast/wire';
import { snapshotMessages } from '../fanout/messages.ts';
import { resolvePairs } from '../protocol/resolve.ts';
import type { HeldInstrument } from '../subscriptions/held-instrument.ts';
import type { RestContext, RestRequest } from './api.ts';
import { listOf, type RestReply, restError } from './reply.ts';

const CHANNELS_BY_DEFAULT = ['quote'];

/**
 * `GET /v1/snapshot?symbols=A,B&channels=quote,depth`: what a subscriber would be shown, in the stream's JSON. `results` has a
 * line for each symbol and channel, `status` one for each symbol, `data` the messages, numbered 1, 2, 3 … and with their epoch.
 */
export async function snapshot(context: RestContext, { query, grant, numbers }: RestRequest): Promise<RestReply> {
  const symbols = listOf(query.get('symbols'));
  const channels = listOf(query.get('channels'));
  if (symbols.length === 0)
    return restError('bad_request', 'symbols is empty. Expected ?symbols=AAPL$US,700$HK&channels=quote,depth');
  if (symbols.length > context.limits.restSymbolsMax) {
    return restError(
      'bad_request',
      `${symbols.length} symbols, and at most ${context.limits.restSymbolsMax} are answered in one request`,
    );
  }
  if (channels.length > CHANNELS_MAX)
    return restError('bad_request', `${channels.length} channels, and there are fewer than ${CHANNELS_MAX}`);
  const resolved = resolvePairs(
    context.instruments,
    grant,
    symbols,
    channels.length === 0 ? CHANNELS_BY_DEFAULT : channels,
  );
  const held = new Map<string, HeldInstrument>();
  for (const item of resolved) {
    if ('pair' in item && !held.has(item.pair.known.symbol))
      held.set(item.pair.known.symbol, context.instruments.hold(item.pair.known));
  }
  try {
    await context.joined([...held.values()]);
    // What is pending in this turn is newer than what subscribers have: both must say the same of a number.
    context.flush();
    const results: SubscriptionResult[] = [];
    const data: string[] = [];
    for (const item of resolved) {
      if ('failed' in item) results.push(item.failed);
      else {
        const { known, channel } = item.pair;
        const one = held.get(known.symbol) as HeldInstrument; // Held above, for each pair.
        const seq = one.fanout.stream(channel)?.told ?? one.view.seqs[sequenceOf(channel)];
        results.push({ symbol: known.symbol, channel, ok: true, epoch: one.view.epoch, seq });
        for (const message of snapshotMessages(one.view, channel, seq))
          data.push(messageText(message, numbers, data.length + 1, one.view.epoch));
      }
    }
    const status = [...held.values()].map((one): StatusMessage => one.status()).map(encodeJsonControl);
    return {
      status: 200,
      body: `{"results":${JSON.stringify(results)},"status":[${status.join(',')}],"data":[${data.join(',')}]}`,
    };
  } finally {
    for (const one of held.values()) context.instruments.release(one);
  }
}

/** More than there are channels, with room for aliases. */
const CHANNELS_MAX = 32;

/** A data message as the stream has it; `epoch`, where given, is added at its end. */
export function messageText(message: DataMessage, numbers: JsonNumbers, seq: number, epoch?: string): string {
  const { head, tail } = jsonData(message, numbers);
  const text = `${head}${seq}${tail}`;
  return epoch === undefined ? text : `${text.slice(0, -1)},"epoch":${JSON.stringify(epoch)}}`;
}
