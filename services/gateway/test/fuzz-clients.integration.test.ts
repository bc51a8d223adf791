import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { encodeJsonClientMessage, encodeProtobufClientMessage } from '@tapecast/wire';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { binary, rightMessages, text } from './fuzz/nonsense.ts';
import { CHANNELS, PROTOCOLS, SYMBOLS } from './fuzz/world.ts';

/**
 * Frames of nonsense, of right messages, and of right ones with a byte changed, in all subprotocols, against one gateway
 * process, while good clients in another process hold everything. TAPECAST_TEST_FUZZ_FRAMES=1000000 is the long run.
 */

const FRAMES = Number(process.env.TAPECAST_TEST_FUZZ_FRAMES ?? 30_000);
const GOOD_CLIENTS = 100;
const ATTACKERS = 12;
/** Frames that an attacker sends before it asks whether the gateway still answers. */
const VOLLEY = 100;
const POLL_MS = 20;
/** All attackers together: what the good clients feel is to be the gateway's doing, not that of the cores all of them share. */
const FRAMES_PER_SECOND = 5_000;
/** Trades that the good clients are told before anybody attacks, to compare with. */
const CALM_LATENCIES = 10_000;
/** Of these, sampled once and sent in ever new order, the frames are made. */
const SAMPLES = 20_000;
const RSS_GROWTH_MIB_MAX = 256;
/** Of what is still there when garbage was collected: the journal's 100,000 entries, and the market's log of the run. */
const KEPT_GROWTH_MIB_MAX = 64;
/** Far above what two busy cores give, far below what a stalled loop would: the figures themselves are printed. */
const P99_MS_MAX = 2_000;

interface GatewayState {
  rssMib: number;
  flushFailures: number;
  badMessages: number;
  clientMessages: number;
  lasts: Record<string, number>;
}
interface GoodState {
  behind: number;
  messages: number;
  faults: number;
  first: string[];
  p50Ms: number;
  p99Ms: number;
  latencies: number;
}

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

function start(file: string, ...args: string[]): { child: ChildProcess; errors: string[] } {
  const path = new URL(`./fuzz/${file}.ts`, import.meta.url).pathname;
  const child = fork(path, args, {
    execArgv: ['--conditions=source', '--disable-warning=ExperimentalWarning', '--expose-gc'],
    silent: true,
  });
  const errors: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => errors.push(chunk.toString()));
  children.push(child);
  return { child, errors };
}

async function ask<T>(child: ChildProcess, question: string | object): Promise<T> {
  const answer = once(child, 'message');
  child.send(question);
  return (await answer)[0] as T;
}

/** One attacker: comes again when it is closed, and never sends more than a volley ahead of the gateway's answers. */
class Attacker {
  sent = 0;
  closed = 0;
  readonly #url: string;
  readonly #protocol: string;
  #socket: WebSocket | undefined;

  constructor(port: number, protocol: string) {
    this.#url = `ws://127.0.0.1:${port}/v1/stream`;
    this.#protocol = protocol;
  }

  async volley(frames: readonly (string | Buffer)[]): Promise<void> {
    const socket = await this.#open();
    for (const frame of frames) socket.send(frame);
    this.sent += frames.length;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        socket.off('pong', done);
        socket.off('close', done);
        resolve();
      };
      socket.on('pong', done);
      socket.on('close', done);
      if (socket.readyState !== WebSocket.OPEN) done();
      else socket.ping();
    });
  }

  async #open(): Promise<WebSocket> {
    if (this.#socket?.readyState === WebSocket.OPEN) return this.#socket;
    const socket = new WebSocket(this.#url, [this.#protocol]);
    this.#socket = socket;
    socket.on('message', () => {});
    socket.on('error', () => {});
    socket.on('close', () => {
      this.closed++;
    });
    await once(socket, 'open');
    return socket;
  }

  leave(): void {
    this.#socket?.terminate();
  }
}

test(`${FRAMES} frames of clients gone wrong, and ${GOOD_CLIENTS} good clients notice nothing`, async () => {
  const seed = Date.now() % 2 ** 31;
  console.log(`fuzz seed ${seed}`);
  const gateway = start('gateway-main');
  const [port] = (await once(gateway.child, 'message')) as [number];
  const good = start('good-clients-main', String(port), String(GOOD_CLIENTS));
  await once(good.child, 'message');
  // What came while all of them were joining counts for nothing.
  await ask<GoodState>(good.child, { keep: false });
  let calm = await ask<GoodState>(good.child, { keep: true });
  while (calm.latencies < CALM_LATENCIES) {
    await delay(POLL_MS);
    calm = await ask<GoodState>(good.child, { keep: true });
  }
  const keptBeforeMib = await ask<number>(gateway.child, 'kept');
  await ask<GoodState>(good.child, { keep: false });
  const before = await ask<GatewayState>(gateway.child, 'state');

  const right = fc.sample(rightMessages(SYMBOLS, CHANNELS), { seed, numRuns: SAMPLES / 4 });
  const texts = [
    ...fc.sample(text, { seed, numRuns: SAMPLES / 2 }),
    ...right.map((one) => encodeJsonClientMessage(one as never)),
  ];
  const binaries = [
    ...fc.sample(binary, { seed, numRuns: SAMPLES / 2 }),
    ...right.map((one) => Buffer.from(encodeProtobufClientMessage(one as never))),
  ];
  const attackers = Array.from(
    { length: ATTACKERS },
    (_, i) => new Attacker(port, PROTOCOLS[i % PROTOCOLS.length] as string),
  );
  // xorshift: the order of a run follows from its seed.
  let state = seed | 1;
  const random = (below: number): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
  const frame = (json: boolean): string | Buffer => {
    // Mostly what the subprotocol has; one in twenty of the other kind.
    const textual = json !== (random(20) === 0);
    const list = textual ? texts : binaries;
    const chosen = list[random(list.length)] as string | Buffer;
    if (typeof chosen === 'string' || chosen.length === 0 || random(4) > 0) return chosen;
    const changed = Buffer.from(chosen);
    changed[random(changed.length)] = random(256);
    return changed;
  };
  const beganAt = performance.now();
  let rssMib = before.rssMib;
  let left = FRAMES;
  const attack = async (attacker: Attacker, json: boolean): Promise<void> => {
    while (left > 0) {
      left -= VOLLEY;
      const due = beganAt + (1_000 * (FRAMES - left)) / FRAMES_PER_SECOND;
      await delay(Math.max(0, due - performance.now()));
      await attacker.volley(Array.from({ length: VOLLEY }, () => frame(json)));
      if (random(200) === 0) attacker.leave();
    }
  };
  await Promise.all(attackers.map((attacker, i) => attack(attacker, i % PROTOCOLS.length === 0)));
  const seconds = (performance.now() - beganAt) / 1_000;
  const under = await ask<GatewayState>(gateway.child, 'state');
  rssMib = Math.max(rssMib, under.rssMib);
  const hard = await ask<GoodState>(good.child, { keep: false });
  const keptMib = await ask<number>(gateway.child, 'kept');
  const last = await ask<GatewayState>(gateway.child, 'last');
  const deadline = performance.now() + 10_000;
  let settled = await ask<GoodState>(good.child, { lasts: last.lasts });
  while (settled.behind > 0 && performance.now() < deadline) {
    await delay(POLL_MS);
    settled = await ask<GoodState>(good.child, { lasts: last.lasts });
  }
  const sent = attackers.reduce((sum, one) => sum + one.sent, 0);
  const closed = attackers.reduce((sum, one) => sum + one.closed, 0);
  for (const attacker of attackers) attacker.leave();
  console.log(
    `${sent} frames in ${seconds.toFixed(1)} s, ${last.badMessages} of them bad, ${closed} attackers closed; good clients: ` +
      `${settled.messages} messages, p50/p99 ${calm.p50Ms}/${calm.p99Ms} ms calm, ${hard.p50Ms}/${hard.p99Ms} ms under fire; ` +
      `RSS ${before.rssMib} → ${rssMib} MiB, kept of it ${keptBeforeMib} → ${keptMib} MiB`,
  );
  expect(sent).toBeGreaterThanOrEqual(FRAMES);
  expect(gateway.errors.join('')).toBe('');
  expect(last.flushFailures).toBe(0);
  expect({ faults: settled.faults, first: settled.first, behind: settled.behind }).toEqual({
    faults: 0,
    first: [],
    behind: 0,
  });
  expect(hard.latencies).toBeGreaterThan(0);
  expect(hard.p99Ms).toBeLessThan(P99_MS_MAX);
  expect(keptMib - keptBeforeMib).toBeLessThan(KEPT_GROWTH_MIB_MAX);
  expect(rssMib - before.rssMib).toBeLessThan(RSS_GROWTH_MIB_MAX);
}, 1_800_000);
