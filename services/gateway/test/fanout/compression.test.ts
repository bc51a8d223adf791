import { zstdDecompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameCompression } from '../../src/fanout/compression.ts';
import { DEFAULT_LIMITS } from '../../src/limits.ts';

const { zstdBytesMin, zstdSharedBytesMin, zstdClientsMin } = DEFAULT_LIMITS;

const noCounts = () => ({ frames: 0, bytesBefore: 0, bytesAfter: 0, spentMs: 0 });

/** A marked frame of so many bytes that has much in it twice. */
const frameOf = (bytes: number): Uint8Array =>
  Uint8Array.from({ length: bytes }, (_, i) => (i === 0 ? 64 : (i * i) % 23));

describe('frames of tapecast.v1.protobuf.zstd', () => {
  it('are compressed from a size on, from a smaller one on where many share them', () => {
    const counts = noCounts();
    const compression = new FrameCompression(DEFAULT_LIMITS, counts);
    const isCompressed = (bytes: number, clients: number): boolean =>
      compression.compress(frameOf(bytes), clients)[0] === 1;
    expect(isCompressed(zstdBytesMin, 1)).toBe(true);
    expect(isCompressed(zstdBytesMin - 1, zstdClientsMin - 1)).toBe(false);
    expect(isCompressed(zstdSharedBytesMin, zstdClientsMin)).toBe(true);
    expect(isCompressed(zstdSharedBytesMin - 1, zstdClientsMin)).toBe(false);
    expect(counts).toMatchObject({ frames: 2, bytesBefore: zstdBytesMin + zstdSharedBytesMin });
    expect(counts.bytesAfter).toBeLessThan(counts.bytesBefore);
    expect(counts.spentMs).toBeGreaterThan(0);
  });

  it('give back the marked frame, and never grow', () => {
    const counts = noCounts();
    const compression = new FrameCompression(DEFAULT_LIMITS, counts);
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 4_096 }),
        fc.nat(2_000),
        fc.integer({ min: 1, max: 100 }),
        (head, zeros, clients) => {
          const marked = Uint8Array.from([0, ...head, ...new Uint8Array(zeros)]);
          const frame = compression.compress(marked, clients);
          if (frame[0] === 0) {
            expect(frame).toBe(marked);
            return;
          }
          expect(frame.length).toBeLessThan(marked.length);
          expect(new Uint8Array(zstdDecompressSync(frame.subarray(1)))).toEqual(marked);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('say in their head how long their content is, so that a receiver can refuse before it makes room', () => {
    const counts = noCounts();
    const frame = new FrameCompression(DEFAULT_LIMITS, counts).compress(frameOf(20_000), 1).subarray(1);
    // RFC 8878, 3.1.1.1: Frame_Content_Size_flag 1, one segment, no checksum, no dictionary: two bytes, 256 less.
    expect(frame[4]).toBe(0x60);
    expect((frame[5] as number) + 256 * (frame[6] as number) + 256).toBe(20_000);
  });

  it('leave what does not get smaller as it is', () => {
    const counts = noCounts();
    const compression = new FrameCompression(DEFAULT_LIMITS, counts);
    let last = 1;
    const noise = Uint8Array.from({ length: 2_000 }, (_, i) => {
      last = (last * 48_271) % 2_147_483_647;
      return i === 0 ? 64 : last;
    });
    expect(compression.compress(noise, 1_000)).toBe(noise);
    expect(counts.frames).toBe(0);
  });
});
