import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type RequestState, readRequest } from '../../src/itick/requests.ts';

const state = (symbols: number): RequestState => ({
  authenticated: true,
  subscriptions: new Map(Array.from({ length: symbols }, (_, n) => [`S${n}$US`, new Set(['tick'])])),
  planSymbolsMax: undefined,
});

describe('whatever a client sends', () => {
  test('is answered, and never thrown at', () => {
    const request = fc.oneof(
      fc.string(),
      fc.json(),
      fc
        .record(
          {
            ac: fc.oneof(fc.constantFrom('subscribe', 'auth', 'ping', 'unsubscribe'), fc.anything()),
            params: fc.anything(),
            types: fc.anything(),
          },
          { requiredKeys: [] },
        )
        .map((value) => JSON.stringify(value) ?? ''),
    );
    fc.assert(
      fc.property(request, fc.boolean(), (text, authenticated) => {
        const answer = readRequest(text, { ...state(2), authenticated });
        if ('reply' in answer) expect(() => JSON.parse(answer.reply)).not.toThrow();
        if (!authenticated) expect(answer.kind).not.toBe('subscribe');
      }),
      { numRuns: 2_000 },
    );
  });

  test('never makes more than 500 symbols of one connection', () => {
    const symbols = fc.uniqueArray(fc.integer({ min: 0, max: 1_000 }), { maxLength: 600 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 500 }), symbols, (have, wanted) => {
        const params = wanted.map((n) => `S${n}$US`).join(',');
        const before = state(have);
        const answer = readRequest(JSON.stringify({ ac: 'subscribe', params, types: 'tick' }), before);
        const total = new Set([...before.subscriptions.keys(), ...params.split(',')].filter((name) => name !== ''))
          .size;
        expect(answer.kind).toBe(wanted.length > 0 && total <= 500 ? 'subscribe' : 'reply');
      }),
    );
  });
});
