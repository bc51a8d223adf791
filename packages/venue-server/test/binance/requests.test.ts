import { describe, expect, it } from 'vitest';
import { answerRequest } from '../../src/binance/requests.ts';

const state = { streams: new Set(['btcusdt@trade']), combined: true };
const reply = (text: string) => JSON.parse(answerRequest(text, state).reply) as unknown;

describe('requests are answered with the documented replies', () => {
  it.each([
    ['{"method":"SUBSCRIBE","params":["a@trade"],"id":1}', { result: null, id: 1 }],
    ['{"method":"UNSUBSCRIBE","params":["never@had"],"id":"a-string"}', { result: null, id: 'a-string' }],
    ['{"method":"LIST_SUBSCRIPTIONS","id":null}', { result: ['btcusdt@trade'], id: null }],
    ['{"method":"GET_PROPERTY","params":["combined"],"id":2}', { result: true, id: 2 }],
    ['{"method":"SET_PROPERTY","params":["combined",false],"id":5}', { result: null, id: 5 }],
    ['{"method":"SET_PROPERTY","params":["other",false],"id":5}', { code: 0, msg: 'Unknown property', id: 5 }],
    ['{"method":"GET_PROPERTY","params":["other"],"id":5}', { code: 0, msg: 'Unknown property', id: 5 }],
    [
      '{"method":"SET_PROPERTY","params":["combined",1],"id":5}',
      { code: 1, msg: 'Invalid value type: expected Boolean', id: 5 },
    ],
    ['{"method":"GET_PROPERTY","id":5}', { code: 2, msg: 'Invalid request: property name must be a string', id: 5 }],
    [
      '{"method":"SET_PROPERTY","params":["combined",true,1],"id":5}',
      { code: 2, msg: 'Invalid request: too many parameters', id: 5 },
    ],
    [
      '{"method":"LIST_SUBSCRIPTIONS","params":[],"id":5}',
      { code: 2, msg: 'Invalid request: too many parameters', id: 5 },
    ],
    [
      '{"method":"LIST_SUBSCRIPTIONS","id":5,"more":1}',
      { code: 2, msg: 'Invalid request: too many parameters', id: 5 },
    ],
    ['{"method":"LIST_SUBSCRIPTIONS"}', { code: 2, msg: 'Invalid request: request ID must be an unsigned integer' }],
    [
      '{"method":"LIST_SUBSCRIPTIONS","id":1.5}',
      { code: 2, msg: 'Invalid request: request ID must be an unsigned integer' },
    ],
    [
      '{"method":"SUBSCRIBE","params":"a@trade","id":1}',
      { code: 2, msg: 'Invalid request: params must be an array of strings', id: 1 },
    ],
    ['[]', { code: 2, msg: 'Invalid request: expected a map' }],
  ])('%s', (text, expected) => {
    expect(reply(text)).toEqual(expected);
  });

  it('an id longer than 36 characters', () => {
    expect(reply(`{"method":"LIST_SUBSCRIPTIONS","id":"${'x'.repeat(37)}"}`)).toMatchObject({ code: 2 });
  });

  it('an unknown method and a missing one', () => {
    expect(reply('{"method":"SUBSCRIB","id":1}')).toEqual({
      code: 2,
      msg: expect.stringMatching(
        /^Invalid request: unknown variant `SUBSCRIB`, expected one of `SUBSCRIBE`, .* at line 1 column 28$/,
      ),
      id: 1,
    });
    expect(reply('{"params":[],"id":1}')).toEqual({
      code: 2,
      msg: expect.stringMatching(/^Invalid request: missing field `method` at line 1 column \d+$/),
      id: 1,
    });
  });

  it('no JSON', () => {
    expect(reply('{"method":')).toEqual({
      code: 3,
      msg: expect.stringMatching(/^Invalid JSON: expected value at line \d+ column \d+$/),
    });
    expect(reply('')).toMatchObject({ code: 3 });
  });
});

describe('1,024 streams a connection', () => {
  const names = Array.from({ length: 1024 }, (_, n) => `s${n}@trade`);
  it('are taken, one more is not', () => {
    const empty = { streams: new Set<string>(), combined: true };
    const subscribe = (params: string[]) =>
      answerRequest(JSON.stringify({ method: 'SUBSCRIBE', params, id: 1 }), empty);
    expect(subscribe(names).effect?.kind).toBe('subscribe');
    expect(subscribe([...names, ...names]).effect?.kind).toBe('subscribe');
    expect(subscribe([...names, 'one@more']).effect?.kind).toBe('too_many_streams');
  });
});
