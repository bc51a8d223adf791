import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { TapecastClient } from '@tapecast/client';
import { afterEach, describe, expect, it } from 'vitest';
import { type RunningCluster, startCluster } from '../../src/index.ts';
import { MovingClient } from './moving-client.ts';

const TAPECAST = resolve(import.meta.dirname, '../../../cli/dist/main.js');
const CLIENTS = 60;
/** So few that a gateway's clients, told all at once, would be twice as many. */
const PER_SECOND = 10;
/** With the TypeScript client. */
const PROGRAMS = 10;
/** All of them at one gateway. */
const CROWD = 200;
/** Who come to it at once while it gives clients away, and how many do until one of them was turned away. */
const LATE = 10;
const LATE_MAX = 50;
/** A slot's part comes at once. */
const SLOT = PER_SECOND / 10;

describe('clients that are sent to another gateway, under load', () => {
  let cluster: RunningCluster;
  const start = async (rebalance: 'on' | 'off'): Promise<void> => {
    cluster = await startCluster({ gateways: 3, compute: 1, rate: 2_000, rebalance });
  };
  afterEach(() => cluster?.stop());

  it('by a rolling restart miss no message, and move no faster than it was told', async () => {
    // Who is the last to start is empty: without it others would send clients there, too.
    await start('off');
    const symbols = ['TEST$XX', 'BTCUSDT$BA', 'AAPL$US'];
    const clients = Array.from({ length: CLIENTS }, () => new MovingClient(symbols, ['trade', 'quote', 'depth@5']));
    await Promise.all(clients.map((client) => client.open(cluster.stream)));
    const programs = await Promise.all(Array.from({ length: PROGRAMS }, () => Program.open(cluster.stream, symbols)));
    const before = [0, 1, 2].map((index) => cluster.process('gateway', index).pid);

    const held = heldUp();
    const restarting = tapecast('restart-gateways', '--data-dir', cluster.dataDir, '--per-second', `${PER_SECOND}`);
    await Promise.any(clients.map((client) => client.until(() => client.movedAt.length > 0)));
    const second = await fetch(`${cluster.admin}/gateways/restart`, { method: 'POST' });
    expect([second.status, await second.text()]).toEqual([409, expect.stringContaining('under way')]);
    const ended = await restarting;
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    for (const index of [0, 1, 2]) expect(ended.stdout).toMatch(new RegExp(`^gateway-${index} done drained_ms`, 'm'));
    expect([0, 1, 2].filter((index) => cluster.process('gateway', index).pid === before[index])).toEqual([]);

    // Everybody has one connection again, and each hears of a trade after all that.
    for (const client of clients) {
      const seen = (): number => [...client.trades.values()].reduce((sum, { size }) => sum + size, 0);
      const now = seen();
      await client.until(() => client.lines === 1 && seen() > now);
    }
    const moves = clients.flatMap(({ movedAt }) => movedAt).sort((a, b) => a - b);
    const waits = clients.flatMap(({ movedAt, servedAt }) => movedAt.map((at, n) => (servedAt[n] ?? 0) - at));
    const heldMs = held();
    const most = Math.max(...moves.map((from) => moves.filter((at) => at >= from && at < from + 1_000).length));
    console.log(
      `${moves.length} moves of ${CLIENTS} clients, at most ${most} in a second (bound ${PER_SECOND}, read up to ${heldMs} ms late); served elsewhere after ${Math.max(...waits)} ms at most\n${ended.stdout}`,
    );
    expect(clients.flatMap((client) => client.judge())).toEqual([]);
    for (const program of programs) {
      await program.hears();
      program.client.close();
    }
    console.log(`TypeScript clients: ${programs.map(({ moves }) => moves).join(', ')} moves each`);
    expect(programs.flatMap(({ faults }) => faults)).toEqual([]);
    // Where one gateway takes nobody the edge asks another.
    expect(refusalsOf(clients)).toBe(0);
    // Each gateway's clients moved once at least, and nobody was thrown out.
    expect(moves.length).toBeGreaterThanOrEqual(CLIENTS);
    expect(clients.flatMap(({ closes }) => closes).filter((code) => code !== 1000)).toEqual([]);
    const bad = await fetch(`${cluster.admin}/gateways/restart?per_second=0`, { method: 'POST' });
    expect(bad.status).toBe(400);
    // What waited while this process was held up is read at once.
    expect(most).toBeLessThanOrEqual(PER_SECOND * (1 + heldMs / 1_000) + SLOT);
    for (const client of clients) client.close();
  });

  it('by a gateway that has far more to do than the others, miss none either', async () => {
    await start('on');
    const [crowded, ...others] = [0, 1, 2].map((index) => cluster.process('gateway', index));
    const direct = `ws://${crowded!.address}/v1/stream`;
    const clients = Array.from({ length: CROWD }, () => new MovingClient(['TEST$XX', 'BTCUSDT$BA'], ['trade']));
    await Promise.all(clients.map((client) => client.open(direct)));
    console.log(`refused: ${refusalsOf(clients)}; ${await shutsOf(crowded!.admin!)}`);
    const begunAt = performance.now();
    // Who comes straight to it then is turned away once, as if it had been sent away, and served at the next try.
    await Promise.any(clients.map((client) => client.until(() => client.movedAt.length > 0, 60_000)));
    const late: MovingClient[] = [];
    while (refusalsOf(late) === 0 && late.length < LATE_MAX) {
      const together = Array.from({ length: LATE }, () => new MovingClient(['TEST$XX'], ['trade']));
      late.push(...together);
      await Promise.all(together.map((client) => client.open(direct)));
    }
    console.log(`refused of ${late.length}: ${refusalsOf(late)}; ${await shutsOf(crowded!.admin!)}`);
    expect(refusalsOf(late)).toBeGreaterThan(0);
    // So many have moved that each of the others has some.
    const served = (): number => clients.filter(({ servedAt }) => servedAt.length > 0).length;
    // The last hears of every trade, so it looks often.
    await clients.at(-1)!.until(() => served() >= CROWD / 4, 60_000);
    console.log(
      `${CROWD / 4} of ${CROWD} clients served elsewhere after ${Math.round(performance.now() - begunAt)} ms`,
    );
    clients.push(...late);
    for (const client of clients) await client.until(() => client.lines === 1);
    const connections = await Promise.all(others.map(({ admin }) => connectionsOf(admin!)));
    for (const count of connections) expect(count).toBeGreaterThan(0);
    expect(clients.flatMap((client) => client.judge())).toEqual([]);
    expect(clients.flatMap(({ closes }) => closes).filter((code) => code !== 1000)).toEqual([]);
    for (const client of clients) client.close();
  });
});

/** A program with the TypeScript client: what it is told is one market, whatever its connections do. */
class Program {
  readonly client: TapecastClient;
  readonly faults: string[] = [];
  moves = 0;
  readonly #last = new Map<string, number>();
  #told = 0;
  #heard: (() => void) | undefined;

  constructor(url: string) {
    this.client = new TapecastClient({ url });
    this.client.on('trade', ({ symbol, range, history }) => {
      if (range === undefined || history === true) return;
      const last = this.#last.get(symbol);
      if (last !== undefined && range[0] !== last + 1) this.faults.push(`${symbol}: ${range.join('-')} after ${last}`);
      this.#last.set(symbol, range[1]);
      this.#told++;
      this.#heard?.();
    });
    this.client.on('gap', (gap) => this.faults.push(JSON.stringify(gap)));
    this.client.on('resumed', ({ moved }) => {
      if (moved) this.moves++;
    });
    this.client.connect();
  }

  static async open(url: string, symbols: string[]): Promise<Program> {
    const program = new Program(url);
    await program.client.subscribe(symbols, ['trade', 'quote', 'depth@5']);
    return program;
  }

  /** Resolves with the next trade. */
  hears(): Promise<void> {
    const told = this.#told;
    return new Promise((resolve) => {
      this.#heard = () => {
        if (this.#told > told) resolve();
      };
    });
  }
}

/** Measures how long this process does not come to read, until the result is called. */
function heldUp(): () => number {
  let most = 0;
  let before = performance.now();
  const looking = setInterval(() => {
    const now = performance.now();
    most = Math.max(most, now - before);
    before = now;
  }, 10);
  return () => {
    clearInterval(looking);
    return Math.round(most);
  };
}

const refusalsOf = (clients: readonly MovingClient[]): number => clients.reduce((sum, { refused }) => sum + refused, 0);

/** Handshakes that the gateway answered 503, by reason. */
async function shutsOf(admin: string): Promise<string> {
  const text = await (await fetch(`http://${admin}/metrics`)).text();
  return [...text.matchAll(/^tapecast_gateway_entrance_shut_total\{reason="(\w+)"\} (\d+)/gm)]
    .map(([, reason, count]) => `${reason} ${count}`)
    .join(', ');
}

async function connectionsOf(admin: string): Promise<number> {
  const text = await (await fetch(`http://${admin}/metrics`)).text();
  return Number(/^tapecast_gateway_connections (\d+)/m.exec(text)?.[1]);
}

function tapecast(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((done) => {
    execFile(process.execPath, [TAPECAST, ...args], (error, stdout, stderr) => {
      done({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}
