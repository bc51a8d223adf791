import { checkResume } from './client-resume.ts';
import { errorMessage } from './error-codes.ts';
import { MESSAGE_ID_LENGTH_MAX } from './limits.ts';
import type { ClientMessage, ErrorMessage, MessageId } from './messages.ts';
import { quoted } from './quoted.ts';

/** A client's message before it is checked: of any shape, from either subprotocol. */
export interface RawClientMessage {
  id: unknown;
  action: unknown;
  token?: unknown;
  channels?: unknown;
  symbols?: unknown;
  intervalMs?: unknown;
  /** Of `resume`: a list of `RawPosition`, or whatever stands there. */
  positions?: unknown;
  more?: unknown;
}

export const CLIENT_ACTIONS = [
  'auth',
  'subscribe',
  'unsubscribe',
  'query_subscribe',
  'resync',
  'resume',
  'ack',
  'ping',
] as const satisfies readonly ClientMessage['action'][];

const ACTION_NAMES: ReadonlySet<string> = new Set(CLIENT_ACTIONS);
const EXAMPLE = '{"action":"subscribe","id":1,"channels":["quote"],"symbols":["AAPL$US"]}';

/** Checks what a client sent. A fault gives the answer to send; the connection stays open. */
export function checkClientMessage(raw: RawClientMessage): ClientMessage | ErrorMessage {
  const id = checkId(raw.id);
  if (id === undefined) {
    const msg = `id is ${quoted(raw.id)}. Expected a text of at most ${MESSAGE_ID_LENGTH_MAX} characters, a number up to 2^53 - 1, or no id`;
    return errorMessage(
      typeof raw.action === 'string' && ACTION_NAMES.has(raw.action) ? raw.action : null,
      null,
      'bad_request',
      msg,
    );
  }
  const { action } = raw;
  if (typeof action !== 'string' || !ACTION_NAMES.has(action)) {
    const found = action === undefined ? 'The message has no action' : `${quoted(action)} is no action`;
    return errorMessage(
      null,
      id,
      'bad_request',
      `${found}. Expected "action" (or "type") as one of ${CLIENT_ACTIONS.join(', ')}, as in ${EXAMPLE}`,
    );
  }
  // The set has exactly the names of the union.
  return checkBody(action as ClientMessage['action'], id, raw);
}

function checkBody(
  action: ClientMessage['action'],
  id: MessageId,
  raw: RawClientMessage,
): ClientMessage | ErrorMessage {
  const fault = (msg: string): ErrorMessage => errorMessage(action, id, 'bad_request', msg);
  switch (action) {
    case 'auth':
      if (typeof raw.token !== 'string' || raw.token === '')
        // Not repeated: what stands there may be a token in another shape.
        return fault('token is no text, or an empty one. Expected the token as a text');
      return { action, id, token: raw.token };
    case 'subscribe': {
      const channels = checkNames(raw.channels, 'channels', '"channels":["quote","trade"]');
      if (typeof channels === 'string') return fault(channels);
      const symbols = checkNames(raw.symbols, 'symbols', '"symbols":["AAPL$US"]');
      if (typeof symbols === 'string') return fault(symbols);
      const intervalMs = raw.intervalMs ?? 0;
      if (typeof intervalMs !== 'number' || !Number.isSafeInteger(intervalMs) || intervalMs < 0) {
        return fault(
          `interval_ms is ${quoted(raw.intervalMs)}. Expected a whole number of milliseconds, 0 for each update`,
        );
      }
      return { action, id, channels, symbols, intervalMs };
    }
    case 'unsubscribe':
    case 'resync': {
      const none = raw.channels === undefined || raw.channels === null;
      const channels = none
        ? undefined
        : checkNames(raw.channels, 'channels', '"channels":["quote"], or none for all of the symbol');
      if (typeof channels === 'string') return fault(channels);
      const symbols = checkNames(raw.symbols, 'symbols', '"symbols":["AAPL$US"]');
      if (typeof symbols === 'string') return fault(symbols);
      return { action, id, channels, symbols };
    }
    case 'resume': {
      const resume = checkResume(raw);
      return typeof resume === 'string' ? fault(resume) : { action, id, ...resume };
    }
    case 'query_subscribe':
    case 'ack':
    case 'ping':
      return { action, id };
  }
}

/** undefined where it is none that could be echoed as it is. */
function checkId(id: unknown): MessageId | undefined {
  if (id === undefined || id === null) return null;
  if (typeof id === 'string') return id.length <= MESSAGE_ID_LENGTH_MAX ? id : undefined;
  if (typeof id === 'number' && Math.abs(id) <= Number.MAX_SAFE_INTEGER) return id;
  return undefined;
}

/** A list of names, or one text with commas between them; else what is wrong with it. */
function checkNames(value: unknown, what: string, example: string): string[] | string {
  const list: unknown = typeof value === 'string' ? value.split(',') : value;
  if (!Array.isArray(list)) return `${what} is ${quoted(value)}. Expected a list of texts, as in ${example}`;
  if (list.length === 0) return `${what} is empty. Expected at least one, as in ${example}`;
  const names: string[] = [];
  for (const [index, item] of list.entries()) {
    const name = typeof item === 'string' ? item.trim() : '';
    if (name === '') return `${what}[${index}] is ${quoted(item)}. Expected a text that is not empty, as in ${example}`;
    names.push(name);
  }
  return names;
}
