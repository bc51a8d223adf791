import { describe, expect, it, vi } from 'vitest';
import type { SignalBus } from '../src/index.ts';

/** What every driver holds. `open` gives buses that reach each other; channels are this run's own. */
export function signalBusConformance(name: string, open: () => Promise<SignalBus>): void {
  let nextChannel = 0;
  const channelOf = (what: string): string => `conformance:${what}:${nextChannel++}`;

  describe(`${name}: signal bus`, () => {
    it('gives each subscriber on each bus every signal once, in order, numbered without a hole', async () => {
      const [one, two] = [await open(), await open()];
      const channel = channelOf('order');
      const [first, second, third] = [record(), record(), record()];
      await one.subscribe(channel, first.onSignal);
      await two.subscribe(channel, second.onSignal);
      await two.subscribe(channel, third.onSignal);
      for (let i = 0; i < 50; i += 1) await (i % 2 === 0 ? one : two).publish(channel, bytes(`signal ${i}`));
      for (const { signals } of [first, second, third]) {
        await expect.poll(() => signals.length).toBe(50);
        expect(signals.map(({ text }) => text)).toEqual(Array.from({ length: 50 }, (_, i) => `signal ${i}`));
        const base = signals[0]!.number;
        expect(signals.map(({ number }) => number - base)).toEqual(Array.from({ length: 50 }, (_, i) => i));
      }
      expect(one.healthy).toBe(true);
      await Promise.all([one.close(), two.close()]);
    });

    it('loses and doubles none of what many publish at once', async () => {
      const [one, two] = [await open(), await open()];
      const channel = channelOf('many');
      const { signals, onSignal } = record();
      await one.subscribe(channel, onSignal);
      await Promise.all(
        Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? one : two).publish(channel, bytes(String(i)))),
      );
      await expect.poll(() => signals.length).toBe(100);
      expect(new Set(signals.map(({ text }) => text)).size).toBe(100);
      const base = signals[0]!.number;
      expect(signals.map(({ number }) => number - base)).toEqual(Array.from({ length: 100 }, (_, i) => i));
      await Promise.all([one.close(), two.close()]);
    });

    it('keeps channels apart, on all partitions', async () => {
      const bus = await open();
      const channels = Array.from({ length: 40 }, (_, i) => channelOf(`apart-${i}`));
      const got = channels.map(() => record());
      await Promise.all(channels.map((channel, i) => bus.subscribe(channel, got[i]!.onSignal)));
      await Promise.all(channels.map((channel) => bus.publish(channel, bytes(channel))));
      for (const [i, { signals }] of got.entries()) {
        await expect.poll(() => signals.length).toBe(1);
        expect(signals).toEqual([{ text: channels[i], number: 1 }]);
      }
      await bus.close();
    });

    it('gives nothing of what went before, and nothing after close', async () => {
      const bus = await open();
      const channel = channelOf('close');
      await bus.publish(channel, bytes('before'));
      const { signals, onSignal } = record();
      const rest = record();
      const subscription = await bus.subscribe(channel, onSignal);
      await bus.subscribe(channel, rest.onSignal);
      await bus.publish(channel, bytes('meanwhile'));
      await expect.poll(() => signals.map(({ text }) => text)).toEqual(['meanwhile']);
      expect(signals[0]!.number).toBe(2);
      await subscription.close();
      await subscription.close();
      await bus.publish(channel, bytes('after'));
      await expect.poll(() => rest.signals.map(({ text }) => text)).toEqual(['meanwhile', 'after']);
      expect(signals).toHaveLength(1);
      // Once more, when its channel had been let go.
      const again = record();
      const late = await bus.subscribe(channel, again.onSignal);
      await bus.publish(channel, bytes('again'));
      await expect.poll(() => again.signals.map(({ text }) => text)).toEqual(['again']);
      await late.close();
      await bus.close();
    });

    it('gives payloads as they were when published, each subscriber its own', async () => {
      const bus = await open();
      const channel = channelOf('bytes');
      const got: Uint8Array[] = [];
      const spoil = (payload: Uint8Array): void => {
        got.push(payload.slice());
        payload.fill(7);
      };
      await bus.subscribe(channel, spoil);
      await bus.subscribe(channel, spoil);
      const everyByte = Uint8Array.from({ length: 256 }, (_, i) => i);
      const sent = everyByte.slice();
      const published = bus.publish(channel, sent);
      sent.fill(9);
      await published;
      await bus.publish(channel, new Uint8Array(0));
      await expect.poll(() => got.length).toBe(4);
      expect(got).toEqual([everyByte, everyByte, new Uint8Array(0), new Uint8Array(0)]);
      await bus.close();
    });

    it('goes on when a subscriber throws', async () => {
      const bus = await open();
      const channel = channelOf('throws');
      const { signals, onSignal } = record();
      const failing = vi.fn(() => {
        throw new Error('of this test');
      });
      await bus.subscribe(channel, failing);
      await bus.subscribe(channel, onSignal);
      await bus.publish(channel, bytes('one'));
      await bus.publish(channel, bytes('two'));
      await expect.poll(() => signals.map(({ text }) => text)).toEqual(['one', 'two']);
      expect(failing).toHaveBeenCalledTimes(2);
      await bus.close();
    });

    it('refuses what it can’t carry, and calls after close', async () => {
      const bus = await open();
      const nothing = (): void => undefined;
      for (const channel of ['', 'with space', 'with{brace}', 'ünicode', 'x'.repeat(201)]) {
        await expect(bus.publish(channel, bytes('x'))).rejects.toMatchObject({ code: 'invalid', retryable: false });
        await expect(bus.subscribe(channel, nothing)).rejects.toMatchObject({ code: 'invalid' });
      }
      const channel = channelOf('refused');
      await expect(bus.publish(channel, new Uint8Array(8 * 1024 + 1))).rejects.toMatchObject({ code: 'invalid' });
      await bus.publish(channel, new Uint8Array(8 * 1024));
      await bus.close();
      await bus.close();
      expect(bus.healthy).toBe(false);
      await expect(bus.publish(channel, bytes('x'))).rejects.toMatchObject({ code: 'closed' });
      await expect(bus.subscribe(channel, nothing)).rejects.toMatchObject({ code: 'closed' });
    });
  });
}

export interface Recorded {
  readonly signals: { text: string; number: number }[];
  onSignal(payload: Uint8Array, number: number): void;
}

export function record(): Recorded {
  const signals: Recorded['signals'] = [];
  return {
    signals,
    onSignal: (payload, number) => void signals.push({ text: new TextDecoder().decode(payload), number }),
  };
}

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
