import type { Update } from '@tapecast/market';
import { expect, test } from 'vitest';
import { type ClientRecord, emptyRecord, streamOf } from '../src/clients/client-record.ts';
import { barDigest } from '../src/clients/told.ts';
import { Findings } from '../src/verify/findings.ts';
import { ClientJudge } from '../src/verify/judge-client.ts';
import { UpdateReading } from '../src/verify/updates.ts';

const INSTRUMENT = 'BTCUSDT$BA';
const MINUTE = 60_000;

const barAt = (number: number, startMs: number, trades: number, final: boolean, revision: number): Update => ({
  sequence: 'kline@1m',
  first: number,
  last: number,
  keyframe: true,
  priceDecimals: 0,
  sizeDecimals: 0,
  timestampUs: 0,
  receivedAtUs: 0,
  body: {
    kind: 'kline',
    interval: '1m',
    startMs,
    ...{
      open: 1,
      high: 1,
      low: 1,
      close: 1,
      volume: BigInt(trades),
      turnover: BigInt(trades),
      trades,
      final,
      revision,
    },
  },
});

/** The minute's bar closes, the next begins, and a late trade has the first told again. */
const LOG = [barAt(1, 0, 1, false, 0), barAt(2, 0, 1, true, 0), barAt(3, MINUTE, 1, false, 0), barAt(4, 0, 2, true, 1)];

function wrongs(number: number, startMs: number, trades: number, final: boolean, revision: number): number {
  const ignored = () => undefined;
  const reading = new UpdateReading({ trade: ignored, state: ignored, hole: ignored, unequal: ignored });
  for (const update of LOG) reading.update(INSTRUMENT, 'e', update);
  const findings = new Findings(1);
  const client: ClientRecord = emptyRecord('client', 0);
  const ones = { open: '1', high: '1', low: '1', close: '1' };
  const sums = { volume: String(trades), turnover: String(trades) };
  const told = barDigest({ start: startMs, ...ones, ...sums, trades, final, revision });
  streamOf(client, INSTRUMENT, 'kline@1m').states.push(number, told, 1);
  new ClientJudge(reading, new Map(), findings).judge(client);
  return findings.counts.wrong;
}

test('at the number of an older bar that is told again, that bar is right, and the newest, which newcomers are shown', () => {
  expect(wrongs(4, 0, 2, true, 1)).toBe(0);
  expect(wrongs(4, MINUTE, 1, false, 0)).toBe(0);
});

test('any other bar is wrong there', () => {
  expect(wrongs(4, 0, 1, true, 0)).toBe(1);
  expect(wrongs(4, MINUTE, 2, false, 0)).toBe(1);
  expect(wrongs(3, 0, 2, true, 1)).toBe(1);
});
