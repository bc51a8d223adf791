import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import fc from 'fast-check';
import Decoder from 'kafkajs/src/protocol/decoder.js';
import kafkajsDecoder from 'kafkajs/src/protocol/recordBatch/v0/decoder.js';
import { describe, expect, test } from 'vitest';
import { crc32c } from '../../src/kafka/crc32c.ts';
import { CorruptBatch, decodeRecordBatches, encodeRecordBatch } from '../../src/kafka/record-batch.ts';

const IDENTITY = { producerId: 7n, producerEpoch: 3, baseSequence: 41 };
const bytes = fc.uint8Array({ maxLength: 300 });
const records = fc.array(fc.record({ key: fc.option(bytes, { nil: undefined }), value: bytes }), {
  minLength: 1,
  maxLength: 40,
});

/** As the broker stores it: with its own offset and time. */
function stored(batch: Buffer, baseOffset: number, appendedAtMs: number): Buffer {
  const copy = Buffer.from(batch);
  copy.writeBigInt64BE(BigInt(baseOffset), 0);
  copy.writeInt16BE(copy.readInt16BE(21) | 0x08, 21);
  copy.writeBigInt64BE(BigInt(appendedAtMs), 35);
  copy.writeUInt32BE(crc32c(copy, 21), 17);
  return copy;
}

describe('record batches', () => {
  test('what is encoded is decoded, with the offset and time the broker gave', () => {
    fc.assert(
      fc.property(records, fc.nat(2 ** 50), fc.nat(2 ** 42), (list, baseOffset, appendedAtMs) => {
        const [batch] = decodeRecordBatches(stored(encodeRecordBatch(list, IDENTITY, 1), baseOffset, appendedAtMs));
        expect(batch!.baseOffset).toBe(baseOffset);
        expect(batch!.lastOffset).toBe(baseOffset + list.length - 1);
        batch!.records.forEach((record, index) => {
          expect(record.offset).toBe(baseOffset + index);
          expect(record.appendedAtMs).toBe(appendedAtMs);
          expect(record.value).toEqual(Buffer.from(list[index]!.value));
          expect(record.key).toEqual(list[index]!.key === undefined ? undefined : Buffer.from(list[index]!.key!));
        });
        expect(batch!.records.length).toBe(list.length);
      }),
    );
  });

  test.each([4_000, 5_000, 20_000, 65_000, 70_000, 900_000])(
    'a compressed batch of %d bytes takes no more memory than it has bytes, also where its frame does not say how many',
    (size) => {
      const half = Buffer.from(Array.from({ length: size / 2 }, (_, at) => (at * at) % 251));
      const encoded = encodeRecordBatch([value('a'), { key: half, value: half }], IDENTITY, 1);
      const compressed = (encoded.readInt16BE(21) & 7) !== 0;
      const [ours] = decodeRecordBatches(stored(encoded, 3, 5));
      expect(ours!.records[1]!.value).toEqual(half);
      if (!compressed) return;
      expect(ours!.records[1]!.value.buffer.byteLength).toBeLessThan(size + 200);
      const foreign = zstdCompressSync(zstdDecompressSync(encoded.subarray(61)), { params: {} });
      const batch = Buffer.concat([encoded.subarray(0, 61), foreign]);
      batch.writeInt32BE(batch.length - 12, 8);
      expect(decodeRecordBatches(stored(batch, 3, 5))[0]!.records[1]!.value).toEqual(half);
    },
  );

  test("kafkajs's own decoder reads an uncompressed batch of ours alike", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ key: bytes, value: bytes }), { minLength: 1, maxLength: 2 }),
        async (list) => {
          const encoded = encodeRecordBatch(list, IDENTITY, 1_700_000_000_000);
          fc.pre((encoded.readInt16BE(21) & 7) === 0);
          const theirs = await kafkajsDecoder(new Decoder(encoded));
          expect(theirs.firstSequence).toBe(41);
          expect(theirs.producerId).toBe('7');
          expect(theirs.records.map(({ key, value }) => [key, value])).toEqual(
            list.map(({ key, value }) => [Buffer.from(key), Buffer.from(value)]),
          );
        },
      ),
    );
  });

  test('an answer cut anywhere gives its whole batches and nothing else', () => {
    const answer = Buffer.concat(
      [0, 2, 4].map((base) => stored(encodeRecordBatch([value(`a${base}`), value(`b${base}`)], IDENTITY, 1), base, 5)),
    );
    const length = answer.length / 3;
    for (let cut = 0; cut <= answer.length; cut += 1) {
      const batches = decodeRecordBatches(answer.subarray(0, cut));
      expect(batches.map(({ baseOffset }) => baseOffset)).toEqual([0, 2, 4].slice(0, Math.floor(cut / length)));
    }
  });

  test('a changed byte is found, wherever it is behind the offset', () => {
    const whole = stored(encodeRecordBatch([value('x'.repeat(900)), value('y')], IDENTITY, 1), 9, 5);
    for (let at = 17; at < whole.length; at += 1) {
      const changed = Buffer.from(whole);
      changed[at]! ^= 0x10;
      expect(() => decodeRecordBatches(changed)).toThrow(CorruptBatch);
    }
  });

  test('a marker of a transaction holds no record, but its offset', () => {
    const marker = stored(encodeRecordBatch([value('commit')], IDENTITY, 1), 12, 5);
    marker.writeInt16BE(marker.readInt16BE(21) | 0x20, 21);
    marker.writeUInt32BE(crc32c(marker, 21), 17);
    expect(decodeRecordBatches(marker)).toEqual([{ baseOffset: 12, lastOffset: 12, control: true, records: [] }]);
  });
});

/** RFC 3720, appendix B.4. */
test.each([
  ['32 zeros', new Uint8Array(32), 0x8a9136aa],
  ['32 ones', new Uint8Array(32).fill(0xff), 0x62a8ab43],
  ['0 to 31', Uint8Array.from({ length: 32 }, (_, index) => index), 0x46dd794e],
  ['nine digits', new TextEncoder().encode('123456789'), 0xe3069283],
])('crc32c of %s', (_, input, expected) => {
  expect(crc32c(input)).toBe(expected);
});

function value(text: string): { key: undefined; value: Uint8Array } {
  return { key: undefined, value: new TextEncoder().encode(text) };
}
