import { CLIENT_ACTIONS } from './client-message.ts';
import { type JsonFields, list, numberPair, optional, text, whole } from './json-fields.ts';
import { readJsonData } from './json-server-data.ts';
import {
  type ControlMessage,
  type DataMessage,
  type ErrorCode,
  type HelloMessage,
  type MessageId,
  type NoticeMessage,
  type ResumeOutcome,
  type StatusMessage,
  SUBPROTOCOLS,
  type SubscriptionResult,
  type SuccessMessage,
} from './messages.ts';
import { present } from './present.ts';
import { quoted } from './quoted.ts';
import { marketStateName, marketStateNumber } from './schema-names.ts';
import { decoding, WireError } from './wire-error.ts';

export interface ParsedJsonFrame {
  /** undefined: of a type that this version does not know. */
  message: ControlMessage | DataMessage | undefined;
  /** The connection's number of a data message. */
  seq: number | undefined;
}

/**
 * Reads a gateway's text frame, for clients that asked for `?numbers=string`: a JSON number has lost its zeros and may have
 * lost digits by the time it is parsed. Throws WireError.
 */
export function parseJsonServerMessage(frame: string): ParsedJsonFrame {
  return decoding('a text frame', () => {
    const value: unknown = JSON.parse(frame);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new WireError('malformed', `the frame is ${quoted(value)}, expected an object`);
    }
    const fields = value as JsonFields; // A parsed object has text keys and unknown values.
    const control = readControl(fields);
    if (control !== undefined) return { message: control, seq: undefined };
    const data = readJsonData(fields);
    return { message: data, seq: data === undefined ? undefined : whole(fields, 'seq') };
  });
}

function readControl(fields: JsonFields): ControlMessage | undefined {
  switch (fields.type) {
    case 'hello':
      return present<HelloMessage>({
        type: 'hello',
        session: text(fields, 'session'),
        resumeToken: optional(fields, 'resume_token', text),
        serverTime: whole(fields, 'server_time'),
        heartbeatMs: whole(fields, 'heartbeat_ms'),
        protocol: oneOf(SUBPROTOCOLS, fields, 'protocol'),
        limits: readLimits(fields.limits),
      });
    case 'success':
      return readSuccess(fields);
    case 'error':
      return {
        type: 'error',
        action: optional(fields, 'action', text) ?? null,
        id: messageId(fields),
        code: text(fields, 'code') as ErrorCode, // A newer gateway may know more codes: they are for the program that reads them.
        msg: text(fields, 'msg'),
        temporary: fields.temporary === true,
        retryAfterMs: optional(fields, 'retry_after_ms', whole) ?? null,
      };
    case 'pong':
      return { type: 'pong', id: messageId(fields), serverTime: whole(fields, 'server_time') };
    case 'heartbeat':
      return { type: 'heartbeat', n: whole(fields, 'n'), serverTime: whole(fields, 'server_time') };
    case 'status': {
      const state = marketStateName(marketStateNumber(text(fields, 'state') as never)); // Throws for a name that is none.
      const since = whole(fields, 'since');
      return present<StatusMessage>({
        type: 'status',
        symbol: text(fields, 'symbol'),
        state,
        since,
        source: text(fields, 'source'),
        reason: text(fields, 'reason'),
        epoch: optional(fields, 'epoch', text),
      });
    }
    case 'notice':
      return readNotice(fields);
    default:
      return undefined;
  }
}

function readSuccess(fields: JsonFields): SuccessMessage {
  return present<SuccessMessage>(
    {
      type: 'success',
      action: oneOf(CLIENT_ACTIONS, fields, 'action'),
      msg: text(fields, 'msg'),
      results: optional(fields, 'results', (all, name) => list(all, name).map(readResult)),
      subscriptions: optional(fields, 'subscriptions', (all, name) =>
        list(all, name).map((item) => ({
          symbol: text(item, 'symbol'),
          channel: text(item, 'channel') as never, // The gateway lists canonical channels; a newer one may have more.
          intervalMs: whole(item, 'interval_ms'),
          epoch: text(item, 'epoch'),
          seq: whole(item, 'seq'),
        })),
      ),
      limits: fields.limits === undefined ? undefined : readLimits(fields.limits),
      session: optional(fields, 'session', text),
      resumeToken: optional(fields, 'resume_token', text),
      sessionResumed: typeof fields.session_resumed === 'boolean' ? fields.session_resumed : undefined,
      id: messageId(fields),
    },
    ['id'],
  );
}

function readResult(fields: JsonFields): SubscriptionResult {
  return present<SubscriptionResult>({
    symbol: text(fields, 'symbol'),
    channel: text(fields, 'channel'),
    ok: fields.ok === true,
    outcome: optional(fields, 'outcome', text) as ResumeOutcome | undefined, // As of `error`.
    from: optional(fields, 'from', whole),
    lost: optional(fields, 'lost', numberPair),
    epoch: optional(fields, 'epoch', text),
    seq: optional(fields, 'seq', whole),
    intervalMs: optional(fields, 'interval_ms', whole),
    code: optional(fields, 'code', text) as ErrorCode | undefined, // As of `error`.
    msg: optional(fields, 'msg', text),
  });
}

function readNotice(fields: JsonFields): NoticeMessage {
  return present<NoticeMessage>({
    type: 'notice',
    code: text(fields, 'code') as NoticeMessage['code'], // As of `error`.
    symbol: optional(fields, 'symbol', text),
    channel: optional(fields, 'channel', text) as NoticeMessage['channel'], // As of `subscriptions`.
    range: optional(fields, 'range', numberPair),
    epoch: optional(fields, 'epoch', text),
    level: optional(fields, 'level', whole),
    intervalMs: optional(fields, 'interval_ms', whole),
    url: optional(fields, 'url', text),
    afterMs: optional(fields, 'after_ms', whole),
    msg: text(fields, 'msg'),
  });
}

function messageId(fields: JsonFields): MessageId {
  const { id } = fields;
  if (id === undefined || id === null) return null;
  if (typeof id === 'string' || typeof id === 'number') return id;
  throw new WireError('malformed', `id is ${quoted(id)}`);
}

function readLimits(value: unknown): Record<string, number | number[]> {
  const limits: Record<string, number | number[]> = {};
  if (typeof value !== 'object' || value === null) return limits;
  for (const [name, limit] of Object.entries(value)) {
    if (typeof limit === 'number') limits[name] = limit;
    else if (Array.isArray(limit)) limits[name] = limit.filter((item) => typeof item === 'number');
  }
  return limits;
}

function oneOf<T extends string>(names: readonly T[], fields: JsonFields, name: string): T {
  const value = fields[name];
  const found = names.find((item) => item === value);
  if (found === undefined)
    throw new WireError('unknown_value', `${name} is ${quoted(value)}, expected one of ${names.join(', ')}`);
  return found;
}
