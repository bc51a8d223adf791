import { checkClientMessage } from './client-message.ts';
import { errorMessage } from './error-codes.ts';
import type { ClientMessage, ErrorMessage } from './messages.ts';
import { quoted } from './quoted.ts';

/**
 * A client's text frame. Generous where clients of other services differ: `type` for `action` and `types` for `channels`
 * (where both are there, `action` and `channels` count), and one text with commas for a list. Never throws.
 */
export function parseJsonClientMessage(text: string): ClientMessage | ErrorMessage {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    // Without the piece of the message that V8 repeats in it: that may be a part of a token.
    const reason = (error instanceof Error ? error.message : String(error)).replace(/, (\.\.\.)?".*$/s, '');
    return errorMessage(
      null,
      null,
      'bad_request',
      `The message is no JSON (${quoted(reason)}). Expected one JSON object a frame`,
    );
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    // Its kind alone: a text may be a token that was sent by itself.
    const kind = value === null ? 'null' : Array.isArray(value) ? 'a list' : `a ${typeof value}`;
    return errorMessage(null, null, 'bad_request', `The message is ${kind}. Expected one JSON object a frame`);
  }
  const message = value as Record<string, unknown>; // A parsed object has text keys and unknown values.
  return checkClientMessage({
    id: message.id,
    action: message.action ?? message.type,
    token: message.token,
    channels: message.channels ?? message.types,
    symbols: message.symbols,
    intervalMs: message.interval_ms,
    positions: message.positions,
    more: message.more,
  });
}

/** The text frame of a message, for clients. */
export function encodeJsonClientMessage(message: ClientMessage): string {
  const { action, id, ...rest } = message;
  const fields: Record<string, unknown> = { action };
  if (id !== null) fields.id = id;
  if ('token' in rest && rest.token !== undefined) fields.token = rest.token;
  if ('channels' in rest && rest.channels !== undefined) fields.channels = rest.channels;
  if ('symbols' in rest) fields.symbols = rest.symbols;
  if ('intervalMs' in rest && rest.intervalMs > 0) fields.interval_ms = rest.intervalMs;
  if ('positions' in rest) {
    fields.positions = rest.positions.map(({ symbol, channel, epoch, seq, intervalMs }) =>
      intervalMs === undefined ? [symbol, channel, epoch, seq] : [symbol, channel, epoch, seq, intervalMs],
    );
    if (rest.more) fields.more = true;
  }
  return JSON.stringify(fields);
}
