import type { RawClientMessage } from './client-message.ts';
import { EPOCH_LENGTH_MAX, RESUME_TOKEN_LENGTH_MAX } from './limits.ts';
import type { ResumeMessage, ResumePosition } from './messages.ts';
import { quoted } from './quoted.ts';

/** A position before it is checked: of any shape, from either subprotocol. */
export type RawPosition = readonly [
  symbol: unknown,
  channel: unknown,
  epoch: unknown,
  seq: unknown,
  intervalMs?: unknown,
];

const EXAMPLE = '["AAPL$US","trade","<epoch>",412]';

/** The fields of a `resume`, or what is wrong with them. A token is never repeated. */
export function checkResume(raw: RawClientMessage): Omit<ResumeMessage, 'action' | 'id'> | string {
  const none = raw.token === undefined || raw.token === null || raw.token === '';
  if (!none && (typeof raw.token !== 'string' || raw.token.length > RESUME_TOKEN_LENGTH_MAX))
    return `token is no text of at most ${RESUME_TOKEN_LENGTH_MAX} characters. Expected resume_token of an earlier hello`;
  const more = raw.more ?? false;
  if (typeof more !== 'boolean') return `more is ${quoted(raw.more)}. Expected true or false`;
  const list = raw.positions ?? [];
  if (!Array.isArray(list)) return `positions is ${quoted(list)}. Expected a list of positions, each as ${EXAMPLE}`;
  if (none && list.length === 0)
    return `there is neither a token nor a position. Expected one of them, a position as ${EXAMPLE}`;
  const positions: ResumePosition[] = [];
  for (const [index, item] of list.entries()) {
    const position = checkPosition(item);
    if (typeof position === 'string') return `positions[${index}]${position}`;
    positions.push(position);
  }
  return { token: none ? undefined : (raw.token as string), positions, more };
}

function checkPosition(item: unknown): ResumePosition | string {
  if (!Array.isArray(item) || item.length < 4 || item.length > 5)
    return ` is ${quoted(item)}. Expected symbol, channel, epoch, number and perhaps interval_ms, as ${EXAMPLE}`;
  const [symbol, channel, epoch, seq, intervalMs] = item as unknown as RawPosition;
  if (typeof symbol !== 'string' || symbol.trim() === '')
    return `[0] is ${quoted(symbol)}. Expected a symbol, as in ${EXAMPLE}`;
  if (typeof channel !== 'string' || channel.trim() === '')
    return `[1] is ${quoted(channel)}. Expected a channel, as in ${EXAMPLE}`;
  if (typeof epoch !== 'string' || epoch.length > EPOCH_LENGTH_MAX)
    return `[2] is ${quoted(epoch)}. Expected the epoch as a text of at most ${EPOCH_LENGTH_MAX} characters, as in ${EXAMPLE}`;
  // Another number comes after it, which has to be one that can be told, too.
  if (!isCount(seq) || seq === Number.MAX_SAFE_INTEGER)
    return `[3] is ${quoted(seq)}. Expected the last number that you have, as in ${EXAMPLE}`;
  if (intervalMs !== undefined && intervalMs !== null && !isCount(intervalMs))
    return `[4] is ${quoted(intervalMs)}. Expected interval_ms as a whole number of milliseconds, or nothing`;
  return { symbol: symbol.trim(), channel: channel.trim(), epoch, seq, intervalMs: intervalMs ?? undefined };
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
