import { limits } from '../limits.ts';

/** What a connection's own requests read and change. */
export interface RequestState {
  readonly streams: ReadonlySet<string>;
  readonly combined: boolean;
}

export type RequestEffect =
  | { readonly kind: 'subscribe' | 'unsubscribe'; readonly streams: readonly string[] }
  | { readonly kind: 'combined'; readonly combined: boolean }
  | { readonly kind: 'too_many_streams' };

export interface RequestAnswer {
  readonly reply: string;
  readonly effect: RequestEffect | undefined;
}

type RequestId = number | string | null;

/**
 * Answers one request of a client with the venue's documented replies and errors. A stream that nothing is recorded of is
 * taken without a word and stays silent, as the venue does.
 */
export function answerRequest(text: string, state: RequestState): RequestAnswer {
  let request: unknown;
  try {
    request = JSON.parse(text);
  } catch (error) {
    return { reply: errorReply(3, `Invalid JSON: expected value at ${position(error)}`), effect: undefined };
  }
  if (!isObject(request)) return refuse(2, 'Invalid request: expected a map');
  const { id } = request;
  if (!isRequestId(id)) return refuse(2, 'Invalid request: request ID must be an unsigned integer');
  const unknown = Object.keys(request).find((key) => key !== 'method' && key !== 'params' && key !== 'id');
  if (unknown !== undefined) return refuse(2, 'Invalid request: too many parameters', id);
  if (request.method === undefined) {
    return refuse(2, `Invalid request: missing field \`method\` at line 1 column ${text.length}`, id);
  }
  const method: unknown = request.method;
  switch (method) {
    case 'SUBSCRIBE':
    case 'UNSUBSCRIBE':
      return changeStreams(method, request.params, id, state);
    case 'LIST_SUBSCRIPTIONS':
      if (request.params !== undefined) return refuse(2, 'Invalid request: too many parameters', id);
      return done([...state.streams], id);
    case 'SET_PROPERTY':
      return setProperty(request.params, id);
    case 'GET_PROPERTY':
      return getProperty(request.params, id, state);
    default:
      return refuse(
        2,
        `Invalid request: unknown variant \`${String(method)}\`, expected one of ${METHODS} at line 1 column ${text.length}`,
        id,
      );
  }
}

const METHODS = '`SUBSCRIBE`, `UNSUBSCRIBE`, `LIST_SUBSCRIPTIONS`, `SET_PROPERTY`, `GET_PROPERTY`';

function changeStreams(method: string, params: unknown, id: RequestId, state: RequestState): RequestAnswer {
  if (!Array.isArray(params) || !params.every((stream) => typeof stream === 'string')) {
    return refuse(2, 'Invalid request: params must be an array of strings', id);
  }
  if (method === 'UNSUBSCRIBE') return done(null, id, { kind: 'unsubscribe', streams: params });
  const after = new Set([...state.streams, ...params]);
  if (after.size > limits.streamsPerConnectionMax)
    return { ...refuse(2, 'Invalid request: too many streams', id), effect: { kind: 'too_many_streams' } };
  return done(null, id, { kind: 'subscribe', streams: params });
}

function setProperty(params: unknown, id: RequestId): RequestAnswer {
  const [property, value, ...rest] = Array.isArray(params) ? params : [];
  if (rest.length > 0) return refuse(2, 'Invalid request: too many parameters', id);
  if (typeof property !== 'string') return refuse(2, 'Invalid request: property name must be a string', id);
  if (property !== 'combined') return refuse(0, 'Unknown property', id);
  if (typeof value !== 'boolean') return refuse(1, 'Invalid value type: expected Boolean', id);
  return done(null, id, { kind: 'combined', combined: value });
}

function getProperty(params: unknown, id: RequestId, state: RequestState): RequestAnswer {
  const [property, ...rest] = Array.isArray(params) ? params : [];
  if (rest.length > 0) return refuse(2, 'Invalid request: too many parameters', id);
  if (typeof property !== 'string') return refuse(2, 'Invalid request: property name must be a string', id);
  if (property !== 'combined') return refuse(0, 'Unknown property', id);
  return done(state.combined, id);
}

function done(result: unknown, id: RequestId, effect?: RequestEffect): RequestAnswer {
  return { reply: JSON.stringify({ result, id }), effect };
}

function refuse(code: number, msg: string, id?: RequestId): RequestAnswer {
  return { reply: errorReply(code, msg, id), effect: undefined };
}

function errorReply(code: number, msg: string, id?: RequestId): string {
  return JSON.stringify(id === undefined ? { code, msg } : { code, msg, id });
}

/** A 64-bit signed integer (as far as a number is exact), a string of at most 36, or null. */
function isRequestId(id: unknown): id is RequestId {
  return id === null || Number.isSafeInteger(id) || (typeof id === 'string' && id.length <= 36);
}

/** V8's message says where: `… at position 4 (line 1 column 5)`. */
function position(error: unknown): string {
  const found = /line (\d+) column (\d+)/.exec(String(error));
  return found ? `line ${found[1]} column ${found[2]}` : 'line 1 column 1';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
