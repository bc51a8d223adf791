import { setTimeout as delay } from 'node:timers/promises';
import { type Spread, spreadOf } from './percentiles.ts';
import type { HopOptions, RelayLog, SourceOptions, StretchSize } from './relay-roles.ts';
import { type RoleProcess, startRole } from './role-process.ts';

export interface Relayed {
  /** What md.ticks and md.updates took in the pipeline's window. */
  ticks: StretchSize;
  updates: StretchSize;
  sent: number;
  arrived: number;
  firstHop: Spread;
  secondHop: Spread;
  whole: Spread;
}

/** Left out: connections and code are cold. */
export const RELAY_WARM_UP_SECONDS = 3;
const DRAINED_WITHIN_MS = 10_000;
const POLL_MS = 50;

/**
 * The same records through the same topics, broker and client code, by the same rules of flushing, with no work in between:
 * source, hop and sink are a process each.
 */
export async function measureRelay(
  log: RelayLog,
  ticks: SourceOptions['ticks'],
  updates: HopOptions['updates'],
): Promise<Relayed> {
  const tickCount = ticks.to.reduce((sum, to, partition) => sum + to - ticks.from[partition]!, 0);
  const roles: RoleProcess[] = [];
  const start = async <Told>(role: string, options: object): Promise<RoleProcess & { told: Told }> => {
    const started = await startRole<Told>(role, { ...log, ...options });
    roles.push(started);
    return started;
  };
  try {
    const source = await start<StretchSize>('relay-source', { ticks });
    const hop = await start<StretchSize>('relay-hop', { updates, ticks: tickCount });
    const sink = await start<undefined>('relay-sink', {});
    const { startedAtUs } = await source.call<{ startedAtUs: number }>('play');
    const sent = source.told.records;
    const deadline = performance.now() + DRAINED_WITHIN_MS;
    while ((await sink.call<number>('count')) < sent && performance.now() < deadline) await delay(POLL_MS);
    const atHop = await hop.call<Float64Array>('report');
    const atSink = await sink.call<Float64Array>('report');
    const sinceUs = startedAtUs + RELAY_WARM_UP_SECONDS * 1e6;
    return {
      ticks: source.told,
      updates: hop.told,
      sent,
      arrived: atSink.length / 2,
      firstHop: spreadOf(latencies(atHop, sinceUs)),
      secondHop: spreadOf(betweenUs(atHop, atSink, sinceUs)),
      whole: spreadOf(latencies(atSink, sinceUs)),
    };
  } finally {
    for (const role of roles) role.stop();
  }
}

function latencies(times: Float64Array, sinceUs: number): number[] {
  const us: number[] = [];
  for (let i = 0; i < times.length; i += 2) if (times[i]! >= sinceUs) us.push(times[i + 1]! - times[i]!);
  return us;
}

/** From hop to sink. Several ticks are due at one time: they pair in order, which is theirs within a partition. */
function betweenUs(atHop: Float64Array, atSink: Float64Array, sinceUs: number): number[] {
  const left = new Map<number, number[]>();
  for (let i = 0; i < atHop.length; i += 2) {
    const waiting = left.get(atHop[i]!);
    if (waiting === undefined) left.set(atHop[i]!, [atHop[i + 1]!]);
    else waiting.push(atHop[i + 1]!);
  }
  const us: number[] = [];
  for (let i = 0; i < atSink.length; i += 2) {
    const hopUs = left.get(atSink[i]!)?.shift();
    if (hopUs !== undefined && atSink[i]! >= sinceUs) us.push(atSink[i + 1]! - hopUs);
  }
  return us;
}
