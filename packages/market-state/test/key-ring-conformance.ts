import { describe, expect, it } from 'vitest';
import { type KeyRingStore, MarketStateError } from '../src/index.ts';

/** What every driver holds. `open` gives a store whose document no other test touches. */
export function keyRingConformance(name: string, open: () => Promise<KeyRingStore>): void {
  describe(`${name}: key ring`, () => {
    it('has no document before the first, and gives back what was written, byte for byte', async () => {
      const store = await open();
      expect(await store.read()).toBeUndefined();
      const everyByte = Uint8Array.from({ length: 256 }, (_, i) => i);
      expect(await store.replace(undefined, everyByte)).toBe('written');
      everyByte[0] = 99;
      expect([...(await store.read())!]).toEqual(Array.from({ length: 256 }, (_, i) => i));
      await store.close();
    });

    it('replaces only what the caller has seen', async () => {
      const store = await open();
      expect(await store.replace(bytes('another'), bytes('one'))).toBe('conflict');
      expect(await store.read()).toBeUndefined();
      expect(await store.replace(undefined, bytes('one'))).toBe('written');
      expect(await store.replace(undefined, bytes('two'))).toBe('conflict');
      expect(await store.replace(bytes('one!'), bytes('two'))).toBe('conflict');
      expect(await store.replace(bytes('one'), bytes('two'))).toBe('written');
      expect(await store.replace(bytes('one'), bytes('three'))).toBe('conflict');
      expect(text(await store.read())).toBe('two');
      await store.close();
    });

    it('agrees with a call that comes twice', async () => {
      const store = await open();
      expect(await store.replace(undefined, bytes('one'))).toBe('written');
      expect(await store.replace(undefined, bytes('one'))).toBe('written');
      expect(await store.replace(bytes('one'), bytes('two'))).toBe('written');
      expect(await store.replace(bytes('one'), bytes('two'))).toBe('written');
      await store.close();
    });

    it('lets one of many win', async () => {
      const store = await open();
      for (let round = 0; round < 20; round += 1) {
        const before = await store.read();
        const outcomes = await Promise.all(
          Array.from({ length: 8 }, (_, i) => store.replace(before, bytes(`round ${round} by ${i}`))),
        );
        expect(outcomes.filter((outcome) => outcome === 'written')).toHaveLength(1);
        expect(text(await store.read())).toBe(`round ${round} by ${outcomes.indexOf('written')}`);
      }
      await store.close();
    });

    it('refuses a document that is empty or too large, and calls after close', async () => {
      const store = await open();
      await expect(store.replace(undefined, new Uint8Array(0))).rejects.toMatchObject({ code: 'invalid' });
      await expect(store.replace(undefined, new Uint8Array(64 * 1024 + 1))).rejects.toMatchObject({ code: 'invalid' });
      expect(await store.replace(undefined, new Uint8Array(64 * 1024))).toBe('written');
      await store.close();
      await store.close();
      await expect(store.read()).rejects.toBeInstanceOf(MarketStateError);
      await expect(store.replace(undefined, bytes('one'))).rejects.toMatchObject({ code: 'closed', retryable: false });
    });
  });
}

const bytes = (content: string): Uint8Array => new TextEncoder().encode(content);
const text = (content: Uint8Array | undefined): string => new TextDecoder().decode(content);
