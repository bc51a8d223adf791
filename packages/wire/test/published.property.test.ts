import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ControlMessage, DeltaFrames, encodeProtobufFrame, FrameDecoder } from '../src/index.ts';

test('times of frames are right however late each is read, and whatever its reader’s clock does', () => {
  const gaps = fc.array(
    fc.record({
      // Milliseconds from one frame to the next: a heartbeat tells the time after 15 s, or a little later.
      gap: fc.oneof(fc.integer({ min: -900, max: 50 }), fc.integer({ min: 0, max: 15_380 })),
      readerRan: fc.oneof(fc.constant(0), fc.integer({ min: -100_000, max: 100_000 })),
    }),
    { minLength: 1, maxLength: 20 },
  );
  fc.assert(
    fc.property(gaps, (steps) => {
      let nowMs = 1_700_000_000_000;
      let readerMs = 5_000;
      const decoder = new FrameDecoder({ marked: false, now: () => readerMs });
      const hello: ControlMessage = {
        type: 'hello',
        session: 's',
        serverTime: nowMs,
        heartbeatMs: 15_000,
        protocol: 'tapecast.v1.protobuf',
        limits: {},
      };
      const meta = { publishedAtUs: nowMs * 1_000, receivedAtUs: undefined, numberOf: () => 0 };
      decoder.decode(encodeProtobufFrame([hello], meta));
      for (const { gap, readerRan } of steps) {
        nowMs += gap;
        readerMs += readerRan;
        const frames = new DeltaFrames();
        frames.begin(nowMs * 1_000, undefined);
        expect(decoder.decode(frames.finish().plain.slice()).publishedAtUs).toBe(nowMs * 1_000);
      }
    }),
  );
});
