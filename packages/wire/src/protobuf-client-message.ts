import { checkClientMessage, type RawClientMessage } from './client-message.ts';
import type { RawPosition } from './client-resume.ts';
import { schema } from './client-schema.ts';
import { errorMessage } from './error-codes.ts';
import type { ClientMessage, ErrorMessage, MessageId } from './messages.ts';

/** A client's binary frame: the same checks and answers as for JSON. Never throws. */
export function decodeProtobufClientMessage(bytes: Uint8Array): ClientMessage | ErrorMessage {
  let message: schema.v1.ClientMessage;
  try {
    message = schema.v1.ClientMessage.decode(bytes);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return errorMessage(
      null,
      null,
      'bad_request',
      `The frame is no tapecast.v1.ClientMessage (${reason}). Expected one message a binary frame`,
    );
  }
  return checkClientMessage(rawMessage(message));
}

function rawMessage(message: schema.v1.ClientMessage): RawClientMessage {
  const id = takeId(message);
  if (message.auth) return { id, action: 'auth', token: message.auth.token };
  if (message.subscribe) {
    const { channels, symbols, intervalMs } = message.subscribe;
    return { id, action: 'subscribe', channels, symbols, intervalMs };
  }
  if (message.unsubscribe) return { id, action: 'unsubscribe', ...optionalChannels(message.unsubscribe) };
  if (message.resync) return { id, action: 'resync', ...optionalChannels(message.resync) };
  if (message.querySubscribe) return { id, action: 'query_subscribe' };
  if (message.resume) {
    const { token, positions, more } = message.resume;
    return { id, action: 'resume', token, positions: positions?.map(rawPosition), more };
  }
  if (message.ack) return { id, action: 'ack' };
  if (message.ping) return { id, action: 'ping' };
  return { id, action: undefined };
}

function rawPosition({ symbol, channel, epoch, seq, intervalMs }: schema.v1.ResumePosition.$Properties): RawPosition {
  return [symbol, channel, epoch, seq, intervalMs];
}

/** An empty list can't be told from none: both mean all channels. */
function optionalChannels(body: schema.v1.ClientUnsubscribe.$Properties): { channels: unknown; symbols: unknown } {
  const { channels, symbols } = body;
  return { channels: channels?.length === 0 ? undefined : channels, symbols };
}

/** The binary frame of a message, for clients. */
export function encodeProtobufClientMessage(message: ClientMessage): Uint8Array {
  return schema.v1.ClientMessage.encode({ ...putId(message.id), ...putBody(message) }).finish();
}

function putBody(message: ClientMessage): schema.v1.ClientMessage.$Properties {
  switch (message.action) {
    case 'auth':
      return { auth: { token: message.token } };
    case 'subscribe':
      return { subscribe: { channels: message.channels, symbols: message.symbols, intervalMs: message.intervalMs } };
    case 'unsubscribe':
      return { unsubscribe: { channels: message.channels ?? [], symbols: message.symbols } };
    case 'resync':
      return { resync: { channels: message.channels ?? [], symbols: message.symbols } };
    case 'query_subscribe':
      return { querySubscribe: {} };
    case 'resume':
      return { resume: { token: message.token ?? '', positions: message.positions, more: message.more } };
    case 'ack':
      return { ack: {} };
    case 'ping':
      return { ping: {} };
  }
}

interface IdFields {
  idText?: string | null | undefined;
  idNumber?: number | null | undefined;
}

export function putId(id: MessageId): IdFields {
  if (id === null) return {};
  return typeof id === 'string' ? { idText: id } : { idNumber: id };
}

export function takeId(fields: IdFields): MessageId {
  return fields.idText ?? fields.idNumber ?? null;
}
