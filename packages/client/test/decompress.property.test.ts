import { constants, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { type Decompress, loadDecompress } from '../src/decompress.ts';

let decompress: Decompress;
beforeAll(async () => {
  decompress = await loadDecompress();
});

const level = (compressionLevel: number) => ({ params: { [constants.ZSTD_c_compressionLevel]: compressionLevel } });
/** Bytes as frames have them: parts that come again, parts that do not. */
const content = fc
  .array(fc.tuple(fc.uint8Array({ maxLength: 300 }), fc.integer({ min: 1, max: 8 })), { maxLength: 12 })
  .map((parts) => Buffer.concat(parts.flatMap(([part, times]) => Array.from({ length: times }, () => part))));

test('what was compressed comes out again, at any level and size', () => {
  fc.assert(
    fc.property(content, fc.integer({ min: -5, max: 9 }), (bytes, of) => {
      expect(Buffer.compare(Buffer.from(decompress(zstdCompressSync(bytes, level(of)))), bytes)).toBe(0);
    }),
    { numRuns: 300 },
  );
});

test('a frame larger than a block comes out again', () => {
  const bytes = Buffer.from(Array.from({ length: 40_000 }, (_, i) => `${i * i},`).join(''));
  expect(Buffer.compare(Buffer.from(decompress(zstdCompressSync(bytes))), bytes)).toBe(0);
});

test('a frame that is cut is an error, and one with bits flipped is one or has its size', () => {
  fc.assert(
    fc.property(content, fc.nat(), fc.array(fc.nat(), { maxLength: 3 }), (bytes, cut, flips) => {
      const frame = zstdCompressSync(bytes);
      expect(() => decompress(frame.subarray(0, cut % frame.length))).toThrow();
      for (const flip of flips) frame[(flip >> 3) % frame.length]! ^= 1 << (flip & 7);
      try {
        expect(decompress(frame).length).toBeLessThanOrEqual(16 * 1024 * 1024);
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
      }
    }),
    { numRuns: 300 },
  );
});
