/** Streams of one connection (spot docs: 1,024). */
export const STREAMS_PER_CONNECTION_MAX = 1_024;
/** Streams named in one message: the venue refuses longer ones with "too many parameters". */
const STREAMS_PER_MESSAGE = 200;
/** Messages a second that we send. The venue takes 5, pongs included, and cuts the connection at the sixth: one is left for the pong. */
export const MESSAGES_PER_SECOND = 4;
/** Connection attempts of one address in 5 minutes (300 allowed; other programs may share the address). */
export const ATTEMPTS_PER_5_MINUTES = 250;

export interface StreamRequest {
  method: 'SUBSCRIBE' | 'UNSUBSCRIBE';
  params: string[];
}

/** The fewest messages that turn `current` into `wanted`. Leaving comes first, so that the limit of streams holds in between. */
export function planRequests(current: ReadonlySet<string>, wanted: ReadonlySet<string>): StreamRequest[] {
  const leave = [...current].filter((stream) => !wanted.has(stream));
  const join = [...wanted].filter((stream) => !current.has(stream));
  return [...batches('UNSUBSCRIBE', leave), ...batches('SUBSCRIBE', join)];
}

function batches(method: StreamRequest['method'], streams: readonly string[]): StreamRequest[] {
  const requests: StreamRequest[] = [];
  for (let at = 0; at < streams.length; at += STREAMS_PER_MESSAGE) {
    requests.push({ method, params: streams.slice(at, at + STREAMS_PER_MESSAGE) });
  }
  return requests;
}
