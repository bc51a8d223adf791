import { describe, expect, test } from 'vitest';
import type { Client } from '../../src/fanout/client.ts';
import { DEFAULT_LIMITS } from '../../src/limits.ts';
import { SlowConsumers, type SlowSession } from '../../src/slow/slow-consumers.ts';

const LIMITS = { ...DEFAULT_LIMITS, slowBytes: 1_000, caughtUpBytes: 100, awayStreamsMax: 25 };

/** Connections that hold ten streams each, and do not read. */
class Bench {
  readonly merged: SlowSession[] = [];
  readonly released: SlowSession[] = [];
  readonly turns: (() => void)[] = [];
  readonly slow = new SlowConsumers<number, SlowSession<number>>({
    fanout: {
      flush: () => {},
      pause: (client) => {
        this.merged.push(this.sessions.find((session) => session.client === client) as SlowSession);
        return Array.from({ length: client.streams.size }, (_, i) => i);
      },
      resume: () => [],
    },
    limits: LIMITS,
    metrics: { merged: { inc: () => {} }, caughtUp: { inc: () => {} }, replayed: () => {} },
    nowUs: () => 1e6,
    live: (session) => this.released.push(session),
    failed: (_session, error) => {
      throw error;
    },
    later: (turn) => this.turns.push(turn),
  });
  readonly sessions: { -readonly [key in keyof SlowSession<number>]: SlowSession<number>[key] }[] = [];

  session(busy = false) {
    const client = { streams: { size: 10 }, closed: false, tell: () => {} } as unknown as Client;
    const session = { client, unreadBytes: 5_000, busy, slow: undefined, stalledSinceMs: 0 };
    this.sessions.push(session);
    return session;
  }

  turn(): void {
    for (const turn of this.turns.splice(0)) turn();
  }
}

describe('clients that do not read', () => {
  test('one whose answer is being made begins no other, and is merged when that is through', () => {
    const bench = new Bench();
    const session = bench.session(true);
    expect(bench.slow.look(session, 1_000)).toBeUndefined();
    bench.turn();
    expect(bench.merged).toEqual([]);
    expect(session.slow).toMatchObject({ waits: true });
    session.busy = false;
    bench.slow.look(session, 1_250);
    bench.turn();
    expect(bench.merged).toEqual([session]);
    expect(bench.released).toEqual([]);
  });

  test('one that reads before it was merged is let go on', () => {
    const bench = new Bench();
    const session = bench.session(true);
    bench.slow.look(session, 1_000);
    session.unreadBytes = 0;
    bench.slow.look(session, 1_250);
    bench.turn();
    expect(bench.merged).toEqual([]);
    expect(bench.released).toEqual([session]);
    expect(session.slow).toBeUndefined();
  });

  test('more streams than may be away together: who would be merged is closed', () => {
    const bench = new Bench();
    const all = [bench.session(), bench.session(), bench.session()];
    expect(all.map((session) => bench.slow.look(session, 1_000))).toEqual([undefined, undefined, 'slowConsumer']);
    bench.turn();
    expect(bench.merged).toEqual(all.slice(0, 2));
    // The others have closed or caught up: there is room again.
    bench.slow.looked(0);
    expect(bench.slow.look(bench.session(), 1_250)).toBeUndefined();
  });
});
