import type { ControlMessage, NoticeMessage, SubscriptionResult, SuccessMessage } from './messages.ts';
import { count } from './safe-integer.ts';

/** The text frame of a control message. Order and names of fields as docs/protocol.md has them; what is absent is left out. */
export function encodeJsonControl(message: ControlMessage): string {
  return JSON.stringify(controlFields(message));
}

// JSON.stringify leaves out fields that are undefined, and keeps null where the protocol says null.
function controlFields(message: ControlMessage): object {
  switch (message.type) {
    case 'hello': {
      const { session, resumeToken, serverTime, heartbeatMs, limits, protocol } = message;
      return {
        type: 'hello',
        session,
        resume_token: resumeToken,
        server_time: count(serverTime, 'server_time'),
        heartbeat_ms: heartbeatMs,
        limits,
        protocol,
      };
    }
    case 'success':
      return successFields(message);
    case 'error': {
      const { action, id, code, msg, temporary, retryAfterMs } = message;
      return { type: 'error', action, id, code, msg, temporary, retry_after_ms: retryAfterMs };
    }
    case 'pong':
      return { type: 'pong', id: message.id, server_time: message.serverTime };
    case 'heartbeat':
      return { type: 'heartbeat', n: message.n, server_time: message.serverTime };
    case 'status': {
      const { symbol, state, since, source, reason, epoch } = message;
      return { type: 'status', symbol, state, since: count(since, 'since'), source, reason, epoch };
    }
    case 'notice':
      return noticeFields(message);
  }
}

function successFields(message: SuccessMessage): object {
  const { action, id, msg, results, subscriptions, limits } = message;
  return {
    type: 'success',
    action,
    id,
    msg,
    results: results?.map(resultFields),
    subscriptions: subscriptions?.map(({ symbol, channel, intervalMs, epoch, seq }) => ({
      symbol,
      channel,
      interval_ms: intervalMs,
      epoch,
      seq,
    })),
    limits,
    session: message.session,
    resume_token: message.resumeToken,
    session_resumed: message.sessionResumed,
  };
}

/** The number that names the instrument is left out: JSON data messages name it by its symbol. */
function resultFields(result: SubscriptionResult): object {
  const { symbol, channel, ok, outcome, from, lost, epoch, seq, intervalMs, code, msg } = result;
  return { symbol, channel, ok, outcome, from, lost, epoch, seq, interval_ms: intervalMs, code, msg };
}

function noticeFields({
  code,
  symbol,
  channel,
  range,
  epoch,
  level,
  intervalMs,
  url,
  afterMs,
  msg,
}: NoticeMessage): object {
  return {
    type: 'notice',
    code,
    symbol,
    channel,
    range,
    epoch,
    level,
    interval_ms: intervalMs,
    url,
    after_ms: afterMs,
    msg,
  };
}
