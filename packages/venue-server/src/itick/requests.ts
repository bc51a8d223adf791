import { limits } from '../limits.ts';

/** What a connection's own requests read. */
export interface RequestState {
  readonly authenticated: boolean;
  /** Types by instrument, `IBM$US`. */
  readonly subscriptions: ReadonlyMap<string, ReadonlySet<string>>;
  /** Symbols that the plan allows; undefined is as many as a connection may have. */
  readonly planSymbolsMax: number | undefined;
}

export type RequestAnswer =
  | { readonly kind: 'reply'; readonly reply: string }
  | { readonly kind: 'ping'; readonly params: string | number }
  | { readonly kind: 'auth'; readonly token: string }
  | { readonly kind: 'subscribe'; readonly instruments: readonly string[]; readonly types: readonly string[] }
  /** Answered and closed (1.4). */
  | { readonly kind: 'no_action'; readonly reply: string };

/** `tick`, `quote`, `depth` and the ten periods of k-lines (1.3). */
const TYPE = /^(tick|quote|depth|kline@([1-9]|10))$/;

export const CONNECTED = '{"code":1,"msg":"Connected Successfully"}';
export const AUTHENTICATED = '{"code":1,"resAc":"auth","msg":"authenticated"}';
export const AUTH_FAILED = '{"code":0,"resAc":"auth","msg":"auth failed"}';
export const SUBSCRIBED = '{"code":1,"resAc":"subscribe","msg":"subscribe Successfully"}';
export const LIMIT_EXCEEDED = '{"code":0,"resAc":"subscribe","msg":"exceeding the maximum subscription limit"}';
export const NO_ACTION = '{"code":0,"resAc":"unsubscribe","msg":"no action"}';

/** The auth reply as an older page shows it, with the key in it (1.2). */
export function authenticatedWithKey(token: string): string {
  return `{"code":1,"resAc":"auth","msg":"authenticated","data":{"params":${JSON.stringify(token)}}}`;
}

/** A subscribe that comes before the auth reply, or can't be read (1.2, 1.3). */
export function notResolved(action = 'subscribe'): string {
  return `{"code":0,"resAc":${JSON.stringify(action)},"msg":"cannot be resolved action"}`;
}

/** The answer to a JSON ping: its own number again, text or number as it came, and no `code` (1.6). */
export function pong(params: string | number): string {
  return `{"resAc":"pong","data":{"params":${JSON.stringify(params)}}}`;
}

/** Reads one request of a client. What is no request of the documented ones is answered, never thrown. */
export function readRequest(text: string, state: RequestState): RequestAnswer {
  let request: unknown;
  try {
    request = JSON.parse(text);
  } catch {
    return { kind: 'reply', reply: notResolved() };
  }
  const { ac, params, types } = (typeof request === 'object' && request !== null ? request : {}) as Record<
    string,
    unknown
  >;
  switch (ac) {
    case 'ping':
      if (typeof params === 'string' || typeof params === 'number') return { kind: 'ping', params };
      return { kind: 'reply', reply: notResolved('ping') };
    case 'auth':
      // Older clients send their key so, after connecting without one (1.2).
      return { kind: 'auth', token: typeof params === 'string' ? params : '' };
    case 'subscribe':
      return readSubscribe(params, types, state);
    case 'unsubscribe':
      return { kind: 'no_action', reply: NO_ACTION };
    default:
      return { kind: 'reply', reply: notResolved(typeof ac === 'string' ? ac : 'subscribe') };
  }
}

/** Each of `params` with each of `types`, added to what there is (1.3). Refused whole or taken whole. */
function readSubscribe(params: unknown, types: unknown, state: RequestState): RequestAnswer {
  if (!state.authenticated) return { kind: 'reply', reply: notResolved() };
  const instruments = list(params).map(canonical);
  const wanted = list(types);
  if (instruments.length === 0 || wanted.length === 0 || !wanted.every((type) => TYPE.test(type)))
    return { kind: 'reply', reply: notResolved() };
  // The limit counts symbols, whatever their types.
  const symbols = new Set([...state.subscriptions.keys(), ...instruments]);
  const most = Math.min(limits.itickSymbolsPerConnectionMax, state.planSymbolsMax ?? Number.POSITIVE_INFINITY);
  if (symbols.size > most) return { kind: 'reply', reply: LIMIT_EXCEEDED };
  return { kind: 'subscribe', instruments, types: wanted };
}

function list(value: unknown): string[] {
  if (typeof value !== 'string') return [];
  return value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** `aapl.us`, as older pages have it, is `AAPL$US`. A dot may be the symbol's own: `BRK.B$US`. */
function canonical(symbol: string): string {
  const upper = symbol.toUpperCase();
  return upper.includes('$') ? upper : upper.replace(/\.([A-Z]{2})$/, '$$$1');
}
