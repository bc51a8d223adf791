import fc from 'fast-check';
import { expect, it } from 'vitest';
import { schema } from '../src/client-schema.ts';
import type { DataMessage, KlineMessage } from '../src/index.ts';
import { Pipe } from './delta-pipe.ts';
import { CHANNELS_TOLD, dice, lateRevision, nextMessage } from './delta-worlds.ts';
import { applyDocumented, type DocumentedState, documentedState } from './documented-decoder.ts';

it('a library of Protobuf and a decoder written from docs/protocol.md read what we write', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...CHANNELS_TOLD),
      fc.array(fc.tuple(dice, fc.boolean()), { maxLength: 40 }),
      (channel, steps) => {
        const pipe = new Pipe(channel, 300);
        const streams = new Map<number, DocumentedState>();
        const reached: DocumentedState[] = [];
        const told: DocumentedState[] = [];
        let last: DataMessage | undefined;
        const flush = (): void => {
          const frame = pipe.flush();
          if (frame === undefined) return;
          const { deltas } = schema.v1.ServerFrame.decode(frame);
          reached.push(...applyDocumented(deltas.map(BigInt), streams));
        };
        for (const [thrown, flushed] of steps) {
          const late = channel.startsWith('kline') && last !== undefined && thrown.kind === 95;
          const message = late ? lateRevision(last as KlineMessage) : nextMessage(channel, last, thrown);
          last = late ? { ...last!, range: message.range } : message;
          told.push(documentedState(message));
          if (!pipe.stream.add(message)) {
            flush();
            streams.set(300, documentedState(message));
            reached.push(documentedState(message));
          } else if (flushed) flush();
        }
        flush();
        expect(reached).toEqual(told);
      },
    ),
    { numRuns: 500 },
  );
});
