import { createLogger } from '@tapecast/service-kit';
import type { NoticeMessage } from '@tapecast/wire';
import { beforeEach, describe, expect, test } from 'vitest';
import { Degradation, type DegradedClient } from '../../src/degrade/degradation.ts';
import type { LoadLook } from '../../src/degrade/load-meter.ts';
import { DEFAULT_LIMITS } from '../../src/limits.ts';

class TestClient implements DegradedClient {
  readonly told: NoticeMessage[] = [];
  degradedTold = 0;
  helloTold = true;
  readonly client = { closed: false, tell: (message: NoticeMessage) => void this.told.push(message) };
}

const LOADED: LoadLook = {
  elapsedMs: 1_250,
  expectedMs: 250,
  cpuMs: 1_200,
  busyShare: 1,
  flushMs: 0,
  dataMs: 1_000,
  behindMs: 0,
  unreadShare: 0,
};
const CALM: LoadLook = {
  elapsedMs: 250,
  expectedMs: 250,
  cpuMs: 50,
  busyShare: 0.2,
  flushMs: 0,
  dataMs: 20,
  behindMs: 0,
  unreadShare: 0,
};

describe('a gateway under load', () => {
  let clients: TestClient[];
  let awayMs: number;
  let paced: number;
  let now: number;
  let degradation: Degradation<TestClient>;
  const open = (byLoad: boolean): void => {
    degradation = new Degradation({
      limits: { ...DEFAULT_LIMITS, degradedToldMax: 2 },
      byLoad,
      clients,
      pace: () => paced++,
      storeAwayMs: () => awayMs,
      nowUs: () => now * 1000,
      logger: createLogger('test', 'silent'),
    });
  };
  beforeEach(() => {
    clients = [new TestClient(), new TestClient(), new TestClient()];
    [awayMs, paced, now] = [0, 0, 0];
    open(true);
  });
  const pass = (look: LoadLook, ms: number): void => {
    for (const end = now + ms; now < end; ) {
      now += look.elapsedMs;
      degradation.look(look, now);
    }
  };
  const levels = (client = clients[0]): (number | undefined)[] => client!.told.map(({ level }) => level);

  test('takes nobody new before it gives less to anybody, makes intervals longer while that does not help, and goes back in steps', () => {
    pass(LOADED, 1_250);
    expect([degradation.full, degradation.level, levels()]).toEqual([true, 0, []]);
    pass(LOADED, 1_250);
    expect([degradation.full, degradation.level, levels(), paced]).toEqual([true, 1, [1], 1]);
    pass(LOADED, 30_000);
    expect([degradation.level, degradation.intervalMs, levels(), paced]).toEqual([2, 500, [1, 2, 2, 2], 4]);
    expect(clients[0]!.told.map(({ intervalMs }) => intervalMs)).toEqual([0, 100, 250, 500]);
    pass(CALM, 12_000);
    expect([degradation.full, degradation.level, degradation.intervalMs]).toEqual([true, 2, 250]);
    pass(CALM, 32_000);
    expect([degradation.full, degradation.level, levels()]).toEqual([false, 0, [1, 2, 2, 2, 2, 2, 1, 0]]);
    expect(degradation.entered).toEqual({ 1: 1, 2: 1, 3: 0 });
  });

  test('tells everybody once, some at a time, who was there and who came since', () => {
    pass(LOADED, 2_500);
    expect(clients.map((client) => levels(client))).toEqual([[1], [1], []]);
    const late = new TestClient();
    late.helloTold = false;
    clients.push(late);
    pass(CALM, 250);
    expect(clients.map((client) => levels(client))).toEqual([[1], [1], [1], []]);
    late.helloTold = true;
    pass(CALM, 250);
    expect(levels(late)).toEqual([1]);
  });

  test('says that the store is gone when it stays away, and leaves the streams as they are', () => {
    awayMs = 2_000;
    pass(CALM, 250);
    expect([degradation.level, degradation.storeGone]).toEqual([0, false]);
    awayMs = 3_000;
    pass(CALM, 500);
    expect([degradation.level, degradation.full, paced, levels()]).toEqual([3, false, 0, [3]]);
    awayMs = 0;
    pass(CALM, 500);
    expect([degradation.level, levels()]).toEqual([0, [3, 0]]);
  });

  test('where it is off, measures and does nothing', () => {
    open(false);
    pass(LOADED, 20_000);
    expect([degradation.load > 1, degradation.full, degradation.level, paced]).toEqual([true, false, 0, 0]);
  });
});
