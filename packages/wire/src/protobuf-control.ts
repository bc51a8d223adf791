import type { Channel } from '@tapecast/market';
import { CLIENT_ACTIONS } from './client-message.ts';
import type { schema } from './client-schema.ts';
import {
  type ClientMessage,
  type ControlMessage,
  type ErrorCode,
  type HelloMessage,
  type NamedLimits,
  type NoticeMessage,
  type ResumeOutcome,
  type StatusMessage,
  SUBPROTOCOLS,
  type SubscriptionResult,
  type SuccessMessage,
} from './messages.ts';
import { present } from './present.ts';
import { putId, takeId } from './protobuf-client-message.ts';
import { count, optionalCount } from './safe-integer.ts';
import { marketStateName, marketStateNumber } from './schema-names.ts';
import { WireError } from './wire-error.ts';

export function putControl(message: ControlMessage): schema.v1.ServerMessage.$Properties {
  switch (message.type) {
    case 'hello':
      return { hello: putHello(message) };
    case 'success':
      return { success: putSuccess(message) };
    case 'error': {
      const { action, id, code, msg, temporary, retryAfterMs } = message;
      return {
        error: {
          action,
          ...putId(id),
          code,
          msg,
          temporary,
          retryAfterMs: optionalCount(retryAfterMs, 'retry_after_ms'),
        },
      };
    }
    case 'pong':
      return { pong: { ...putId(message.id), serverTime: count(message.serverTime, 'server_time') } };
    case 'heartbeat':
      return { heartbeat: { n: count(message.n, 'n'), serverTime: count(message.serverTime, 'server_time') } };
    case 'status': {
      const { symbol, state, since, source, reason, epoch } = message;
      return {
        status: { symbol, state: marketStateNumber(state), since: count(since, 'since'), source, reason, epoch },
      };
    }
    case 'notice':
      return { notice: putNotice(message) };
  }
}

/** undefined where the message is no control message of this version. */
export function takeControl(message: schema.v1.ServerMessage): ControlMessage | undefined {
  if (message.success) return takeSuccess(message.success as schema.v1.ServerSuccess);
  if (message.heartbeat) {
    const heartbeat = message.heartbeat as schema.v1.ServerHeartbeat;
    return { type: 'heartbeat', n: count(heartbeat.n, 'n'), serverTime: count(heartbeat.serverTime, 'server_time') };
  }
  if (message.pong) {
    const pong = message.pong as schema.v1.ServerPong;
    return { type: 'pong', id: takeId(pong), serverTime: count(pong.serverTime, 'server_time') };
  }
  if (message.status) {
    const status = message.status as schema.v1.ServerStatus;
    const { symbol, source, reason, epoch } = status;
    return present<StatusMessage>({
      type: 'status',
      symbol,
      state: marketStateName(status.state),
      since: count(status.since, 'since'),
      source,
      reason,
      epoch,
    });
  }
  if (message.notice) return takeNotice(message.notice as schema.v1.ServerNotice);
  if (message.error) {
    const error = message.error as schema.v1.ServerError;
    return {
      type: 'error',
      action: error.action ?? null,
      id: takeId(error),
      code: error.code as ErrorCode, // A newer gateway may know more codes: they are for the program that reads them.
      msg: error.msg,
      temporary: error.temporary,
      retryAfterMs: optionalCount(error.retryAfterMs, 'retry_after_ms') ?? null,
    };
  }
  if (message.hello) return takeHello(message.hello as schema.v1.ServerHello);
  return undefined;
}

function putHello({
  session,
  resumeToken,
  serverTime,
  heartbeatMs,
  protocol,
  limits,
}: HelloMessage): schema.v1.ServerHello.$Properties {
  return {
    session,
    serverTime: count(serverTime, 'server_time'),
    heartbeatMs: count(heartbeatMs, 'heartbeat_ms'),
    protocol,
    limits: putLimits(limits),
    resumeToken: resumeToken ?? '',
  };
}

function putLimits(limits: NamedLimits): schema.v1.ServerLimit.$Properties[] {
  return Object.entries(limits).map(([name, value]) => ({
    name,
    values: (Array.isArray(value) ? value : [value]).map((item) => count(item, name)),
    list: Array.isArray(value),
  }));
}

function takeLimits(limits: readonly schema.v1.ServerLimit.$Properties[]): NamedLimits {
  return Object.fromEntries(
    limits.map((limit) => {
      const values = (limit.values ?? []).map((value) => count(value, 'limit'));
      return [limit.name ?? '', limit.list ? values : (values[0] ?? 0)];
    }),
  );
}

function takeHello(hello: schema.v1.ServerHello): HelloMessage {
  const protocol = SUBPROTOCOLS.find((name) => name === hello.protocol);
  if (protocol === undefined)
    throw new WireError('unknown_value', `hello names the protocol ${hello.protocol.slice(0, 40)}`);
  return present<HelloMessage>({
    type: 'hello',
    session: hello.session,
    resumeToken: hello.resumeToken === '' ? undefined : hello.resumeToken,
    serverTime: count(hello.serverTime, 'server_time'),
    heartbeatMs: count(hello.heartbeatMs, 'heartbeat_ms'),
    protocol,
    limits: takeLimits(hello.limits),
  });
}

function putSuccess({
  action,
  id,
  msg,
  results,
  subscriptions,
  limits,
  session,
  resumeToken,
  sessionResumed,
}: SuccessMessage): schema.v1.ServerSuccess.$Properties {
  return {
    action,
    ...putId(id),
    msg,
    results: results?.map(putResult),
    hasResults: results !== undefined,
    subscriptions: subscriptions?.map((item) => ({
      ...item,
      intervalMs: count(item.intervalMs, 'interval_ms'),
      seq: count(item.seq, 'seq'),
    })),
    hasSubscriptions: subscriptions !== undefined,
    limits: limits === undefined ? undefined : putLimits(limits),
    session,
    resumeToken,
    sessionResumed,
  };
}

function putResult(result: SubscriptionResult): schema.v1.SubscriptionResult.$Properties {
  return {
    ...result,
    seq: optionalCount(result.seq, 'seq'),
    intervalMs: optionalCount(result.intervalMs, 'interval_ms'),
    streamNumber: optionalCount(result.streamNumber, 'stream_number'),
    from: optionalCount(result.from, 'from'),
    lost: result.lost?.map((number) => count(number, 'lost')),
  };
}

function takeSuccess(success: schema.v1.ServerSuccess): SuccessMessage {
  const action = CLIENT_ACTIONS.find((name) => name === success.action);
  if (action === undefined) throw new WireError('unknown_value', `success answers ${success.action.slice(0, 40)}`);
  const message: SuccessMessage = {
    type: 'success',
    action: action satisfies ClientMessage['action'],
    id: takeId(success),
    msg: success.msg,
  };
  if (success.hasResults)
    message.results = success.results.map((result) => takeResult(result as schema.v1.SubscriptionResult));
  if (success.hasSubscriptions) {
    message.subscriptions = success.subscriptions.map((item) => ({
      symbol: item.symbol ?? '',
      channel: (item.channel ?? '') as Channel, // The gateway lists canonical channels; a newer one may have more.
      intervalMs: count(item.intervalMs ?? 0, 'interval_ms'),
      epoch: item.epoch ?? '',
      seq: count(item.seq ?? 0, 'seq'),
    }));
  }
  if (success.limits.length > 0) message.limits = takeLimits(success.limits);
  const { session, resumeToken, sessionResumed } = success;
  if (typeof session === 'string') message.session = session;
  if (typeof resumeToken === 'string') message.resumeToken = resumeToken;
  if (typeof sessionResumed === 'boolean') message.sessionResumed = sessionResumed;
  return message;
}

function takeResult(result: schema.v1.SubscriptionResult): SubscriptionResult {
  const [lostFirst, lostLast] = result.lost;
  return present<SubscriptionResult>({
    symbol: result.symbol,
    channel: result.channel,
    ok: result.ok,
    outcome: result.outcome as ResumeOutcome | null | undefined, // As of `error`.
    from: optionalCount(result.from, 'from'),
    lost:
      lostFirst === undefined || lostLast === undefined
        ? undefined
        : [count(lostFirst, 'lost'), count(lostLast, 'lost')],
    epoch: result.epoch,
    seq: optionalCount(result.seq, 'seq'),
    intervalMs: optionalCount(result.intervalMs, 'interval_ms'),
    streamNumber: optionalCount(result.streamNumber, 'stream_number'),
    code: result.code as ErrorCode | null | undefined, // As of `error`.
    msg: result.msg,
  });
}

function putNotice(notice: NoticeMessage): schema.v1.ServerNotice.$Properties {
  const { code, symbol, channel, range, epoch, level, intervalMs, url, afterMs, msg } = notice;
  return {
    code,
    symbol,
    channel,
    range: range?.map((number) => count(number, 'range')),
    epoch,
    level: optionalCount(level, 'level'),
    intervalMs: optionalCount(intervalMs, 'interval_ms'),
    url,
    afterMs: optionalCount(afterMs, 'after_ms'),
    msg,
  };
}

function takeNotice(notice: schema.v1.ServerNotice): NoticeMessage {
  const [first, last] = notice.range;
  return present<NoticeMessage>({
    type: 'notice',
    code: notice.code as NoticeMessage['code'], // As of `error`.
    symbol: notice.symbol,
    channel: notice.channel as Channel | null | undefined, // As of `subscriptions`.
    range: first === undefined || last === undefined ? undefined : [count(first, 'range'), count(last, 'range')],
    epoch: notice.epoch,
    level: optionalCount(notice.level, 'level'),
    intervalMs: optionalCount(notice.intervalMs, 'interval_ms'),
    url: notice.url,
    afterMs: optionalCount(notice.afterMs, 'after_ms'),
    msg: notice.msg,
  });
}
