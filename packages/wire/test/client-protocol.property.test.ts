import fc from 'fast-check';
import { describe, expect, inject, it } from 'vitest';
import {
  type ControlMessage,
  type DataMessage,
  decodeProtobufClientMessage,
  encodeJsonClientMessage,
  encodeJsonControl,
  encodeProtobufClientMessage,
  encodeProtobufFrame,
  FrameDecoder,
  isData,
  jsonData,
  parseJsonClientMessage,
  parseJsonServerMessage,
  WireError,
} from '../src/index.ts';
import { clientMessage, controlMessage, count, dataMessage, maybe } from './arbitraries.ts';

const SYMBOLS = ['AAPL$US', '700$HK', 'A"\\\u0007$XX'];
const numberOf = (symbol: string) => SYMBOLS.indexOf(symbol) + 1;
const named = SYMBOLS.map((symbol) => ({ symbol, channel: 'quote', ok: true, streamNumber: numberOf(symbol) }));
const naming = encodeProtobufFrame([{ type: 'success', action: 'subscribe', id: 1, msg: '', results: named }], {
  ...{ publishedAtUs: 1, receivedAtUs: undefined, numberOf },
});

/** By a client that knows the names. */
function decodeFrame(bytes: Uint8Array) {
  const decoder = new FrameDecoder({ marked: false, now: () => 1 });
  decoder.decode(naming);
  return decoder.decode(bytes);
}

describe('what one end writes, the other reads', () => {
  it("a client's message in JSON", () => {
    fc.assert(
      fc.property(
        clientMessage,
        (message) => void expect(parseJsonClientMessage(encodeJsonClientMessage(message))).toEqual(message),
      ),
    );
  });

  it("a client's message in Protobuf", () => {
    fc.assert(
      fc.property(
        clientMessage,
        (message) => void expect(decodeProtobufClientMessage(encodeProtobufClientMessage(message))).toEqual(message),
      ),
    );
  });

  it('a Protobuf frame of any messages', () => {
    const messages = fc.array(fc.oneof(controlMessage, dataMessage), { maxLength: 5 });
    fc.assert(
      fc.property(messages, count, maybe(count), (sent, publishedAtUs, receivedAtUs) => {
        const bytes = encodeProtobufFrame(sent, { publishedAtUs, receivedAtUs, numberOf });
        expect(decodeFrame(bytes)).toEqual({
          messages: sent,
          publishedAtUs,
          receivedAtUs,
          skipped: 0,
          baseless: [],
        });
      }),
    );
  });

  it('a control message in JSON, but for the instrument numbers that JSON has none of', () => {
    fc.assert(
      fc.property(controlMessage, (message) => {
        expect(parseJsonServerMessage(encodeJsonControl(message))).toEqual({
          message: withoutNumbers(message),
          seq: undefined,
        });
      }),
    );
  });

  it('a data message in JSON with numbers as texts', () => {
    fc.assert(
      fc.property(dataMessage, fc.integer({ min: 1 }), (message, seq) => {
        const { head, tail } = jsonData(message, 'string');
        const read = parseJsonServerMessage(`${head}${seq}${tail}`);
        expect(read.seq).toBe(seq);
        // Decimals that no number of the message tells are not in its text; writing it again must give the same text.
        expect(read.message !== undefined && isData(read.message)).toBe(true);
        expect(jsonData(read.message as DataMessage, 'string')).toEqual({ head, tail });
      }),
    );
  });

  it('JSON with numbers is the same text without the quotes around them, and parses', () => {
    fc.assert(
      fc.property(dataMessage, (message) => {
        const numbers = jsonData(message, 'number');
        const parsed = JSON.parse(`${numbers.head}1${numbers.tail}`);
        const texts = jsonData(message, 'string');
        const asTexts = JSON.parse(`${texts.head}1${texts.tail}`);
        expect(unquoted(asTexts)).toEqual(parsed);
      }),
    );
  });
});

function withoutNumbers(message: ControlMessage): ControlMessage {
  if (message.type !== 'success' || message.results === undefined) return message;
  return { ...message, results: message.results.map(({ streamNumber: _, ...rest }) => rest) };
}

/** Turns the texts of prices, sizes and sums into numbers, as a parser does with JSON's numbers. */
function unquoted(value: Record<string, unknown>): Record<string, unknown> {
  const texts = new Set(['type', 'channel', 'symbol', 'id', 'side', 'interval', 'conditions']);
  const turn = (item: unknown): unknown => {
    if (typeof item === 'string') return JSON.parse(item);
    return Array.isArray(item) ? item.map(turn) : item;
  };
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, texts.has(name) ? item : turn(item)]));
}

/** A reader of frames given anything answers with a value or a WireError; any other error is a crash. */
function answers(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
  }
}

const flips = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 4 });

function bend(bytes: Uint8Array, changes: readonly [number, number][]): Uint8Array {
  const bent = Uint8Array.from(bytes);
  for (const [at, mask] of changes) if (bent.length > 0) bent[at % bent.length]! ^= mask;
  return bent;
}

describe('hostile frames', () => {
  const frame = fc
    .array(fc.oneof(controlMessage, dataMessage), { minLength: 1, maxLength: 3 })
    .map((messages) => encodeProtobufFrame(messages, { publishedAtUs: 1, receivedAtUs: 1, numberOf }));
  const clientBytes = clientMessage.map(encodeProtobufClientMessage);

  it('server frames cut at every byte', () => {
    const property = fc.property(frame, (bytes) => {
      for (let end = 0; end < bytes.length; end++) answers(() => decodeFrame(bytes.subarray(0, end)));
    });
    fc.assert(property, { numRuns: 30 / inject('fewerRuns') });
  });

  it('server frames with flipped bytes', () => {
    fc.assert(
      fc.property(frame, flips, (bytes, changes) => answers(() => decodeFrame(bend(bytes, changes)))),
      { numRuns: 500 / inject('fewerRuns') },
    );
  });

  it("a client's binary message, cut or bent, is answered", () => {
    const property = fc.property(clientBytes, flips, (bytes, changes) => {
      for (let end = 0; end <= bytes.length; end++) isAnswered(decodeProtobufClientMessage(bytes.subarray(0, end)));
      isAnswered(decodeProtobufClientMessage(bend(bytes, changes)));
    });
    fc.assert(property, { numRuns: 300 / inject('fewerRuns') });
  });

  it("a client's text, cut or of any shape, is answered", () => {
    const shapes = fc.oneof(
      fc.json(),
      fc.string(),
      fc
        .record({ action: fc.anything(), id: fc.anything(), channels: fc.anything(), symbols: fc.anything() })
        .map((value) => safeJson(value)),
      fc
        .record({ type: fc.constantFrom('subscribe', 'ping'), types: fc.jsonValue(), symbols: fc.jsonValue() })
        .map((value) => JSON.stringify(value)),
    );
    fc.assert(
      fc.property(shapes, (text) => isAnswered(parseJsonClientMessage(text))),
      { numRuns: 500 / inject('fewerRuns') },
    );
    fc.assert(
      fc.property(clientMessage, (message) => {
        const text = encodeJsonClientMessage(message);
        for (let end = 0; end < text.length; end++) isAnswered(parseJsonClientMessage(text.slice(0, end)));
      }),
      { numRuns: 30 / inject('fewerRuns') },
    );
  });

  it('server texts cut at every character', () => {
    fc.assert(
      fc.property(fc.oneof(controlMessage.map(encodeJsonControl), dataMessage.map(asText)), (text) => {
        for (let end = 0; end < text.length; end++) answers(() => parseJsonServerMessage(text.slice(0, end)));
      }),
      { numRuns: 30 / inject('fewerRuns') },
    );
  });
});

function asText(message: DataMessage): string {
  const { head, tail } = jsonData(message, 'string');
  return `${head}1${tail}`;
}

function safeJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    return ''; // fast-check makes cyclic values and bigints too, which no text can carry.
  }
}

/** A message to act on, or an answer that names the fault. */
function isAnswered(result: ReturnType<typeof parseJsonClientMessage>): void {
  if ('action' in result && !('type' in result)) return;
  expect(result).toMatchObject({ type: 'error', code: 'bad_request', temporary: false, retryAfterMs: null });
  expect('msg' in result && result.msg.length > 20).toBe(true);
}
