import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  type ControlMessage,
  type DataMessage,
  encodeProtobufFrame,
  FrameDecoder,
  isData,
  parseJsonServerMessage,
} from '../src/index.ts';

const document = readFileSync(new URL('../../../docs/protocol.md', import.meta.url), 'utf8');
const examples = [...document.matchAll(/(?:^ {4}before .*\n)+^ {4}frame .*\n(?:^ {4}gives .*\n)+/gm)].map(([text]) => {
  const lines = (word: string) =>
    [...text.matchAll(new RegExp(`^ {4}${word} +(.*)$`, 'gm'))].map(([, rest]) => rest as string);
  const messages = (word: string) => lines(word).map((line) => parseJsonServerMessage(line).message as DataMessage);
  const bytes = (lines('frame')[0] as string).split(' ').map((byte) => Number.parseInt(byte, 16));
  return { before: messages('before'), frame: new Uint8Array(bytes), gives: messages('gives') };
});

/** As the document says beside each. */
const STREAMS = [{ quote: 5 }, { trade: 1000, 'depth@5': 1001 }];
const PUBLISHED_MS = 1_731_689_407_210;
const RECEIVED_US = [1_731_689_407_203_000, undefined];

describe('the examples of docs/protocol.md', () => {
  it('are two', () => expect(examples.length).toBe(STREAMS.length));

  for (const [i, { before, frame, gives }] of examples.entries()) {
    it(`example ${i + 1} gives what it says`, () => {
      const streams = STREAMS[i] as Record<string, number>;
      const marked = i === 1;
      const decoder = new FrameDecoder({ marked, now: () => PUBLISHED_MS - 1_000 });
      const results = Object.entries(streams).map(([channel, streamNumber]) => ({
        ...{ symbol: 'AAPL$US', channel, ok: true, epoch: 'e', seq: 0, intervalMs: 0 },
        streamNumber,
      }));
      const subscribed = { type: 'success', action: 'subscribe', id: 1, msg: '', results } as ControlMessage;
      for (const message of [subscribed, ...before]) {
        const numberOf = (_: string, channel: string) => streams[channel] as number;
        const meta = { publishedAtUs: (PUBLISHED_MS - 1_000) * 1000, receivedAtUs: undefined, numberOf };
        const bytes = encodeProtobufFrame([message], meta);
        decoder.decode(marked ? new Uint8Array([0, ...bytes]) : bytes);
      }
      const decoded = decoder.decode(frame);
      expect(decoded.messages.filter(isData)).toEqual(gives);
      expect(decoded.baseless).toEqual([]);
      expect(decoded.publishedAtUs).toBe(PUBLISHED_MS * 1000);
      expect(decoded.receivedAtUs).toBe(RECEIVED_US[i]);
    });
  }
});
