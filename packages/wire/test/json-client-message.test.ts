import { describe, expect, it } from 'vitest';
import { parseJsonClientMessage } from '../src/index.ts';

describe('messages that clients of other services send', () => {
  it('quotes by a Python program, without id', () => {
    expect(parseJsonClientMessage('{"action":"subscribe","channels":["quotes"],"symbols":["AAPL$US"]}')).toEqual({
      action: 'subscribe',
      id: null,
      channels: ['quotes'],
      symbols: ['AAPL$US'],
      intervalMs: 0,
    });
  });

  it('types for channels', () => {
    const text = '{"action":"subscribe","symbols":["AAPL$US"],"types":["tick","quote","depth","kline@1"]}';
    expect(parseJsonClientMessage(text)).toMatchObject({ channels: ['tick', 'quote', 'depth', 'kline@1'] });
  });

  it('type for action', () => {
    expect(parseJsonClientMessage('{"type":"ping"}')).toEqual({ action: 'ping', id: null });
  });

  it('one text with commas for a list', () => {
    expect(
      parseJsonClientMessage('{"action":"subscribe","symbols":"AAPL$US, 700$HK","types":"depth,quote"}'),
    ).toMatchObject({
      symbols: ['AAPL$US', '700$HK'],
      channels: ['depth', 'quote'],
    });
  });

  it('channel wins where both names are used, and unknown fields are left alone', () => {
    const text = '{"action":"subscribe","type":"ping","channels":["quote"],"types":["trade"],"symbols":["A$US"],"x":1}';
    expect(parseJsonClientMessage(text)).toMatchObject({ action: 'subscribe', channels: ['quote'] });
  });

  it('unsubscribe without channels means all', () => {
    expect(parseJsonClientMessage('{"action":"unsubscribe","id":"u","symbols":["A$US"]}')).toEqual({
      action: 'unsubscribe',
      id: 'u',
      channels: undefined,
      symbols: ['A$US'],
    });
  });
});

const SUBSCRIBE = { action: 'subscribe', id: 2, channels: ['quote'], symbols: ['A$US'] };

describe('a fault is named, with what was expected', () => {
  const cases: [name: string, text: string, action: string | null, id: unknown, words: RegExp][] = [
    [
      'an epoch that would only be kept',
      JSON.stringify({ action: 'resume', id: 1, positions: [['A$US', 'quote', 'e'.repeat(257), 1]] }),
      'resume',
      1,
      /positions\[0\]\[2\] is "eee.*at most 256 characters/,
    ],
    ['no JSON', '{"action":', null, null, /no JSON .* Expected one JSON object a frame/],
    ['an array', '[1]', null, null, /The message is a list\. Expected one JSON object/],
    ['null', 'null', null, null, /The message is null/],
    ['a text, perhaps a token', '"eyJhbGciOi"', null, null, /The message is a string\. Expected one JSON object/],
    ['no action', '{"id":3}', null, 3, /no action\. Expected "action" \(or "type"\) as one of auth, subscribe/],
    ['an unknown action', '{"action":"subscribeAll","id":3}', null, 3, /"subscribeAll" is no action/],
    ['an action that is a number', '{"action":7}', null, null, /7 is no action/],
    ['an action of every object', '{"action":"constructor"}', null, null, /"constructor" is no action/],
    ['an id that is an object', '{"action":"ping","id":{}}', 'ping', null, /id is {}/],
    ['an id that would be rounded', '{"action":"ping","id":12345678901234567890}', 'ping', null, /up to 2\^53 - 1/],
    ['an id past the end of numbers', '{"action":"ping","id":1e999}', 'ping', null, /id is null/],
    ['an endless id', JSON.stringify({ action: 'ping', id: 'x'.repeat(129) }), 'ping', null, /at most 128 characters/],
    [
      'no channels',
      '{"action":"subscribe","id":2,"symbols":["A$US"]}',
      'subscribe',
      2,
      /channels is undefined\. Expected a list/,
    ],
    [
      'no symbols',
      '{"action":"subscribe","id":2,"channels":["quote"]}',
      'subscribe',
      2,
      /symbols is undefined\. Expected a list/,
    ],
    ['empty symbols', JSON.stringify({ ...SUBSCRIBE, symbols: [] }), 'subscribe', 2, /symbols is empty/],
    [
      'a symbol that is a number',
      JSON.stringify({ ...SUBSCRIBE, symbols: ['A$US', 700] }),
      'subscribe',
      2,
      /symbols\[1\] is 700/,
    ],
    ['a symbol of blanks', JSON.stringify({ ...SUBSCRIBE, symbols: [' '] }), 'subscribe', 2, /symbols\[0\] is " "/],
    [
      'symbols that are an object',
      JSON.stringify({ ...SUBSCRIBE, symbols: { a: 1 } }),
      'subscribe',
      2,
      /symbols is {"a":1}/,
    ],
    [
      'channels of commas',
      JSON.stringify({ ...SUBSCRIBE, channels: 'quote,,trade' }),
      'subscribe',
      2,
      /channels\[1\] is ""/,
    ],
    ['a negative interval', JSON.stringify({ ...SUBSCRIBE, interval_ms: -1 }), 'subscribe', 2, /interval_ms is -1/],
    [
      'an interval as text',
      JSON.stringify({ ...SUBSCRIBE, interval_ms: '100' }),
      'subscribe',
      2,
      /interval_ms is "100"/,
    ],
    ['half a millisecond', JSON.stringify({ ...SUBSCRIBE, interval_ms: 0.5 }), 'subscribe', 2, /interval_ms is 0\.5/],
    [
      'empty channels of an unsubscribe',
      '{"action":"unsubscribe","channels":[],"symbols":["A$US"]}',
      'unsubscribe',
      null,
      /channels is empty/,
    ],
    ['auth without token', '{"action":"auth","id":1}', 'auth', 1, /token is no text/],
  ];
  for (const [name, text, action, id, words] of cases) {
    it(name, () => {
      const answer = parseJsonClientMessage(text);
      expect(answer).toMatchObject({
        type: 'error',
        action,
        id,
        code: 'bad_request',
        temporary: false,
        retryAfterMs: null,
      });
      expect('msg' in answer && answer.msg).toMatch(words);
    });
  }

  it('repeats no part of a token, however the message is broken', () => {
    const token = 'eyJhbGciOiJFZERTQSJ9.c2VjcmV0.c2lnbmF0dXJl';
    const broken = [
      token,
      `"${token}" 1`,
      `{"action":"auth","token":${token}}`,
      `{"action":"auth","token":"${token}`,
      `{"action":"auth","token":["${token}"]}`,
      `{"action":"auth","token":{"token":"${token}"}}`,
    ];
    for (const text of broken) {
      const answer = parseJsonClientMessage(text);
      expect(answer).toMatchObject({ type: 'error', code: 'bad_request' });
      expect(JSON.stringify(answer)).not.toMatch(/eyJ|c2Vj|c2ln/);
    }
  });

  it('quotes no more than a part of what came', () => {
    const answer = parseJsonClientMessage(JSON.stringify({ action: 'x'.repeat(100_000) }));
    expect('msg' in answer && answer.msg.length).toBeLessThan(400);
  });
});
