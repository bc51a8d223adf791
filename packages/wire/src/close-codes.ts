/** What a client does after a close: nothing more, a new connection after a random wait, or a new one at once. */
export type CloseAnswer = 'stop' | 'backoff' | 'at_once';

export interface CloseMeaning {
  code: number;
  /** When the gateway sends it. */
  when: string;
  /** What the client does. */
  answer: CloseAnswer;
}

/**
 * Each close code of the gateway, once. The hundred decides what a client does, also with a code that it does not know:
 * 4000-4099 do not reconnect, 4100-4199 reconnect with backoff and jitter, 4200-4299 reconnect at once.
 */
export const CLOSE_CODES = {
  badToken: { code: 4001, when: 'The token is missing or not valid.', answer: 'stop' },
  tokenExpired: {
    code: 4002,
    when: 'The token has expired; a client that can get a new one may come back.',
    answer: 'stop',
  },
  forbidden: { code: 4003, when: 'The token is good, but does not allow this connection.', answer: 'stop' },
  replaced: { code: 4004, when: 'A newer connection of the same session took its place.', answer: 'stop' },
  badMessages: {
    code: 4005,
    when: 'Too many messages that could not be read: the same program would send them again.',
    answer: 'stop',
  },
  messageTooBig: { code: 4006, when: 'A message was longer than `message_bytes` of hello.', answer: 'stop' },
  overloaded: {
    code: 4100,
    when: 'The gateway holds as many connections as it can, or as many without a token.',
    answer: 'backoff',
  },
  slowConsumer: {
    code: 4101,
    when: 'More bytes waited for this client than a connection may hold.',
    answer: 'backoff',
  },
  silent: {
    code: 4102,
    when: 'Three heartbeat intervals passed without a frame or pong from the client.',
    answer: 'backoff',
  },
  internal: { code: 4103, when: 'The gateway failed in a way that concerns this connection.', answer: 'backoff' },
  tooManyMessages: {
    code: 4104,
    when: 'The client sent more messages or bytes a second than allowed.',
    answer: 'backoff',
  },
  keysUnavailable: {
    code: 4105,
    when: 'The key of the token could not be fetched from its issuer.',
    answer: 'backoff',
  },
  drain: { code: 4200, when: 'The gateway is being stopped; another takes over.', answer: 'at_once' },
  rebalance: { code: 4201, when: 'The gateway gives connections away to others.', answer: 'at_once' },
} as const satisfies Record<string, CloseMeaning>;

export type CloseReason = keyof typeof CLOSE_CODES;

/**
 * The answer to any close code. Those below 4000 are WebSocket's own (1006: no close frame, as when a proxy or process
 * dies): none of them is a reason to give up.
 */
export function closeAnswer(code: number): CloseAnswer {
  if (code >= 4000 && code <= 4099) return 'stop';
  if (code >= 4200 && code <= 4299) return 'at_once';
  return 'backoff';
}
