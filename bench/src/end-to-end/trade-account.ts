import { dueWallUs, type ReplayClock } from '@tapecast/venue-server';
import { type ClientReport, TRADE_NUMBERS } from './clients.ts';
import { type Spread, spreadOf } from './percentiles.ts';
import type { Schedule } from './schedule.ts';

export interface TradeAccount {
  /** Over all clients, of the trades due from the play's start to the window's end. */
  expected: number;
  arrived: number;
  lost: number;
  doubled: number;
  /** Arrived, and nowhere in the recording. */
  unknown: number;
  /** Of the trades due in the window. */
  dueToReceived: Spread;
  receivedToPublished: Spread;
  publishedToArrived: Spread;
  dueToArrived: Spread;
  /** The same by client, to tell one that lags. */
  dueToArrivedByClient: Spread[];
  /** The same by the second of the window in which they were due, to tell bursts and stalls. */
  dueToArrivedBySecond: Spread[];
}

export interface Window {
  fromUs: number;
  toUs: number;
}

/** Each trade that was due against each that arrived, and how long the ways of those due in the window took. */
export function accountOf(
  schedule: Schedule,
  clock: ReplayClock,
  window: Window,
  clients: readonly ClientReport[],
): TradeAccount {
  const account = { expected: 0, arrived: 0, lost: 0, doubled: 0, unknown: 0 };
  const hops: [number[], number[], number[]] = [[], [], []];
  const byClient: number[][] = [];
  const bySecond: number[][] = Array.from({ length: Math.ceil((window.toUs - window.fromUs) / 1e6) }, () => []);
  const dueUs = (recordedUs: number): number => dueWallUs(clock, recordedUs) ?? Number.NaN;
  let duePerClient = 0;
  for (const ids of schedule.trades.values()) {
    for (const recordedUs of ids.values()) if (dueUs(recordedUs) < window.toUs) duePerClient++;
  }
  for (const { trades } of clients) {
    const seen = schedule.symbols.map(() => new Set<number>());
    const whole: number[] = [];
    let known = 0;
    for (let i = 0; i < trades.length; i += TRADE_NUMBERS.length) {
      const [symbol, id, receivedUs, publishedUs, arrivedUs] = trades.subarray(
        i,
        i + TRADE_NUMBERS.length,
      ) as unknown as [number, number, number, number, number];
      const recordedUs = schedule.trades.get(schedule.symbols[symbol] ?? '')?.get(id);
      if (recordedUs === undefined) {
        account.unknown++;
        continue;
      }
      if (seen[symbol]!.has(id)) {
        account.doubled++;
        continue;
      }
      seen[symbol]!.add(id);
      const due = dueUs(recordedUs);
      if (due >= window.toUs) continue;
      known++;
      if (due < window.fromUs) continue;
      // A client that was merged gets its trades again from memory, without the time at which they were received.
      if (receivedUs > 0) {
        hops[0].push(receivedUs - due);
        hops[1].push(publishedUs - receivedUs);
      }
      hops[2].push(arrivedUs - publishedUs);
      whole.push(arrivedUs - due);
      bySecond[Math.floor((due - window.fromUs) / 1e6)]?.push(arrivedUs - due);
    }
    account.expected += duePerClient;
    account.arrived += known;
    account.lost += duePerClient - known;
    byClient.push(whole);
  }
  return {
    ...account,
    dueToReceived: spreadOf(hops[0]),
    receivedToPublished: spreadOf(hops[1]),
    publishedToArrived: spreadOf(hops[2]),
    dueToArrived: spreadOf(byClient.flat()),
    dueToArrivedByClient: byClient.map(spreadOf),
    dueToArrivedBySecond: bySecond.map(spreadOf),
  };
}
