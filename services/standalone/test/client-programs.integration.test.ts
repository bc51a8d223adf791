import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { type Embedded, startEmbedded } from '@tapecast/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/** Programs as strangers write them, unmodified but for the URL, against the embedded system. */

const python = resolve(import.meta.dirname, '../../../.tools/python/bin/python');
let embedded: Embedded;
beforeAll(async () => {
  embedded = await startEmbedded();
});
afterAll(() => embedded.stop());

interface Message {
  type: string;
  [field: string]: unknown;
}

/** Node's WebSocket is the browser's: no subprotocol offered, text frames. */
async function collect(
  url: string,
  first: string | undefined,
  enough: (all: Message[]) => boolean,
): Promise<Message[]> {
  const socket = new WebSocket(url);
  const all: Message[] = [];
  await new Promise<void>((done, fail) => {
    const timer = setTimeout(() => fail(new Error(`not enough after 20 s: ${JSON.stringify(all.slice(-5))}`)), 20_000);
    socket.onopen = () => first !== undefined && socket.send(first);
    socket.onerror = () => fail(new Error('the connection failed'));
    socket.onclose = ({ code }) => fail(new Error(`closed with ${code}`));
    socket.onmessage = ({ data }) => {
      all.push(JSON.parse(String(data)) as Message);
      if (!enough(all)) return;
      clearTimeout(timer);
      socket.onclose = null;
      socket.close();
      done();
    };
  });
  return all;
}

describe('client programs', () => {
  test.skipIf(!existsSync(python))('Python websockets subscribes quotes and finds no gap in seq', async () => {
    const program = join(import.meta.dirname, 'programs/quotes.py');
    const { stdout } = await promisify(execFile)(python, [
      program,
      embedded.stream,
      'AAPL$US,BTCUSDT$BA,EURUSD$GB',
      '50',
    ]);
    expect(stdout).toContain('50 quotes without a gap');
  });

  test('a browser that speaks of types, tick and kline@1 gets the channels it means', async () => {
    const subscribe = JSON.stringify({
      action: 'subscribe',
      symbols: ['AAPL$US'],
      types: ['tick', 'quote', 'depth', 'kline@1'],
    });
    const wanted = ['trade', 'quote', 'depth@20', 'kline@1m'];
    const all = await collect(embedded.stream, subscribe, (messages) => {
      const live = messages.filter(({ seq, history }) => seq !== undefined && history === undefined);
      return wanted.every((channel) => live.filter((message) => message.channel === channel).length >= 2);
    });
    expect(all[0]).toMatchObject({ type: 'hello', protocol: 'tapecast.v1.json' });
    const success = all.find(({ type }) => type === 'success');
    expect(success).toMatchObject({ action: 'subscribe' });
    expect((success!.results as { ok: boolean; channel: string }[]).map(({ ok, channel }) => [ok, channel])).toEqual(
      wanted.map((channel) => [true, channel]),
    );
    const seqs = all.flatMap(({ seq }) => (seq === undefined ? [] : [seq]));
    expect(seqs).toEqual(seqs.map((_, i) => i + 1));
    expect(all.find(({ type }) => type === 'l2_snapshot')).toMatchObject({ symbol: 'AAPL$US', channel: 'depth@20' });
  });

  test('a client with ?token= that sends only {"type":"ping"} is answered and lives', async () => {
    const all = await collect(`${embedded.stream}?token=whatever`, '{"type":"ping"}', (messages) =>
      messages.some(({ type }) => type === 'pong'),
    );
    expect(all.map(({ type }) => type)).toEqual(['hello', 'pong']);
  });

  test('the test instrument trades, quotes and changes its book every second from the ready line on', async () => {
    const subscribe = JSON.stringify({
      action: 'subscribe',
      symbols: ['TEST$XX'],
      channels: ['trade', 'quote', 'depth@5'],
    });
    const live = (messages: readonly Message[], type: string): Message[] =>
      messages.filter((message) => message.type === type && message.seq !== undefined && message.history === undefined);
    const all = await collect(embedded.stream, subscribe, (messages) =>
      ['trade', 'quote', 'l2_update'].every((type) => live(messages, type).length >= 4),
    );
    const seconds = live(all, 'trade').map(({ id }) => Number(id));
    expect(seconds).toEqual(seconds.map((_, i) => (seconds[0] as number) + i));
  });
});
