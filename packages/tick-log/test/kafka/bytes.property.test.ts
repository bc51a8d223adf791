import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ByteReader, ByteWriter } from '../../src/kafka/bytes.ts';

it('writes and reads 64 bits as a BigInt does, for all that a number can say, in as many bytes as it takes', () => {
  fc.assert(
    fc.property(fc.array(fc.maxSafeInteger(), { maxLength: 200 }), (values) => {
      const writer = new ByteWriter();
      for (const value of values) writer.int64(value);
      const bytes = writer.finish();
      expect(values.map((_, i) => bytes.readBigInt64BE(i * 8))).toEqual(values.map(BigInt));
      const reader = new ByteReader(bytes);
      expect(values.map(() => reader.int64())).toEqual(values);
    }),
  );
});
