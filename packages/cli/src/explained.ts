import { z } from 'zod';

/** What a gateway answers about one of its sessions at `/sessions/:id`. Times are Unix ms. */
export const reportSchema = z.object({
  session: z.string(),
  connection: z
    .object({
      protocol: z.string(),
      openedAt: z.number(),
      subject: z.string().nullable(),
      unreadBytes: z.number(),
      merged: z.boolean(),
      subscriptions: z.array(
        z.object({
          symbol: z.string(),
          partition: z.number(),
          channel: z.string(),
          interval_ms: z.number(),
          epoch: z.string(),
          told: z.number(),
        }),
      ),
    })
    .optional(),
  since: z.number(),
  events: z.array(
    z.object({
      at: z.number(),
      event: z.string(),
      symbol: z.string().optional(),
      channel: z.string().optional(),
      seq: z.number().optional(),
      range: z.tuple([z.number(), z.number()]).optional(),
      text: z.string().optional(),
    }),
  ),
});

export type SessionReport = z.infer<typeof reportSchema>;
export type SessionEvent = SessionReport['events'][number];

export interface UpdateInQuestion {
  symbol: string;
  channel: string;
  /** Undefined: whether it gets anything of this channel. */
  seq: number | undefined;
}

/** A line an event, as they happened. */
export function timeline(report: SessionReport): string[] {
  const { connection, events } = report;
  const head =
    connection === undefined
      ? 'no such connection is open now'
      : `open since ${clock(connection.openedAt)}, ${connection.protocol}, ${connection.subject ?? 'anonymous'}, ` +
        `${connection.subscriptions.length} subscriptions, ${connection.unreadBytes} bytes unread` +
        (connection.merged ? ', merged: told nothing until it has read' : '');
  return [head, `everything since ${clock(report.since)}:`, ...events.map(lineOf)];
}

function lineOf({ at, event, symbol, channel, seq, range, text }: SessionEvent): string {
  return [
    clock(at),
    event,
    symbol,
    channel,
    seq === undefined ? undefined : `at ${seq}`,
    range === undefined ? undefined : `${range[0]}..${range[1]}`,
    text,
  ]
    .filter((word) => word !== undefined)
    .join(' ');
}

/** Why the client did not get an update, or that it did, in sentences. Says what it can't know. */
export function verdict(report: SessionReport, { symbol, channel, seq }: UpdateInQuestion): string[] {
  const about = report.events.filter((event) => event.symbol === symbol && (event.channel ?? channel) === channel);
  const has = report.connection?.subscriptions.find((one) => one.symbol === symbol && one.channel === channel);
  const joined = about.findLast(({ event }) => JOINS.has(event));
  const said: string[] = [];
  if (has !== undefined && seq !== undefined) said.push(`${symbol} is in partition ${has.partition} of the log.`);
  const refused = about.findLast(({ event }) => event === 'refused');
  if (has === undefined) {
    const left = about.findLast(({ event }) => event === 'unsubscribed');
    if (left !== undefined)
      said.push(`It unsubscribed ${channel} of ${symbol} at ${clock(left.at)}, told up to ${left.seq ?? 0}.`);
    else if (refused !== undefined)
      said.push(`It asked for ${channel} of ${symbol} at ${clock(refused.at)} and was refused: ${refused.text ?? ''}.`);
    else if (joined === undefined)
      said.push(`It has not subscribed ${channel} of ${symbol} since ${clock(report.since)}.`);
  }
  const closed = report.events.findLast(({ event }) => event === 'closed' || event === 'gone');
  if (closed !== undefined && report.connection === undefined)
    said.push(
      closed.event === 'gone' && closed.text === undefined
        ? `Its connection ended at ${clock(closed.at)}, not closed by the gateway.`
        : `The gateway closed its connection at ${clock(closed.at)}: ${closed.text ?? ''}.`,
    );
  if (seq !== undefined) said.push(...ofNumber(about, has, joined, seq));
  const merged = report.events.findLast(({ event }) => event === 'merged' || event === 'live_again');
  if (merged?.event === 'merged')
    said.push(`It does not read what it is sent: since ${clock(merged.at)} its updates are merged until it has.`);
  const status = about.findLast(({ event }) => event === 'status');
  if (status?.text !== undefined && !status.text.startsWith('live'))
    said.push(
      `${symbol} was last told to be ${status.text} (${clock(status.at)}): the venue or what is before the gateway gives nothing.`,
    );
  return said;
}

/** After these a client is told everything of the pair from `seq` on. */
const JOINS: ReadonlySet<string> = new Set(['subscribed', 'resumed', 'keyframe', 'hole']);

function ofNumber(
  about: readonly SessionEvent[],
  has: { told: number; interval_ms: number } | undefined,
  joined: SessionEvent | undefined,
  seq: number,
): string[] {
  const hole = about.find(({ range }) => range !== undefined && range[0] <= seq && seq <= range[1]);
  if (hole?.range !== undefined)
    return [
      `It was told at ${clock(hole.at)} that ${hole.range[0]} to ${hole.range[1]} are missing: ${seq} is one of them.`,
    ];
  const first = about.find(({ event }) => JOINS.has(event));
  if (first?.seq !== undefined && seq <= first.seq)
    return [
      `It joined at ${first.seq} (${clock(first.at)}): ${seq} was before that, and is part of the state that it was shown.`,
    ];
  if (has === undefined) {
    const left = about.findLast(({ event }) => event === 'unsubscribed');
    if (left?.seq !== undefined && joined !== undefined && left.at >= joined.at)
      return seq <= left.seq
        ? [`It was told: ${seq} is within what was sent before it unsubscribed.`]
        : [`${seq} came after it had unsubscribed.`];
    if (joined === undefined) return [];
    return [`It had the stream until its connection ended; whether ${seq} was sent before that is not kept.`];
  }
  if (seq > has.told)
    return [
      `It was told nothing past ${has.told} of it: ${seq} has not arrived at the gateway, is in no frame yet, or waits until the client has read what came before.`,
    ];
  if (joined === undefined)
    return [`It joined before the time that is remembered. The stream was told up to ${has.told}, ${seq} with it.`];
  const merged = has.interval_ms > 0 ? `, merged with others of the same ${has.interval_ms} ms` : '';
  return [`It was told: ${seq} is within what was sent, up to ${has.told}${merged}.`];
}

/** 12:34:56.789, UTC. */
const clock = (atMs: number): string => new Date(atMs).toISOString().slice(11, 23);
