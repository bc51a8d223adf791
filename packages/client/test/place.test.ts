import { expect, it } from 'vitest';
import { placeOf } from '../src/place.ts';

const OWN = 'wss://edge.example/v1/stream?x=1';

it.each([
  ['wss://other.example/v1/stream', 'wss://other.example/v1/stream'],
  ['/v1/stream', 'wss://edge.example/v1/stream'],
  [undefined, OWN],
  ['', OWN],
  ['http://[', OWN],
  ['javascript:alert(1)', OWN],
  // What is said under TLS is not said in clear for a notice.
  ['ws://other.example/v1/stream', OWN],
])('named %s: %s', (named, place) => {
  expect(placeOf(named, OWN)).toBe(place);
});

it('without TLS, another without is a place as good', () => {
  expect(placeOf('ws://b.example/v1/stream', 'ws://a.example/v1/stream')).toBe('ws://b.example/v1/stream');
});
