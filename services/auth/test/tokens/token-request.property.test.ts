import fc from 'fast-check';
import { describe, expect, inject, it } from 'vitest';
import { readTokenRequest } from '../../src/tokens/token-request.ts';

const SECRET = 'a-secret-that-nobody-may-see';
const CODES = ['invalid_request', 'invalid_client', 'invalid_scope', 'unsupported_grant_type'];
const FIELDS = [
  'grant_type',
  'client_id',
  'client_secret',
  'scope',
  'subject',
  'channels',
  'symbols',
  'limits',
  'expires_in',
];

const type = fc.oneof(
  fc.constantFrom(
    'application/json',
    'application/x-www-form-urlencoded',
    'application/json; charset=x',
    'text/plain',
    '',
  ),
  fc.string(),
  fc.constant(undefined),
);
const value = fc.oneof(
  fc.constantFrom('client_credentials', 'trade', 'AAPL$US', '60', '', '\u0000', '{}', '[]', '__proto__', 'NaN', '1e9'),
  fc.string(),
  fc.jsonValue(),
);
const fields = fc.dictionary(fc.oneof(fc.constantFrom(...FIELDS), fc.string()), value);
/** A field of a form is text; JSON values may have a `toString` that is none. */
const formText = (each: unknown): string => (typeof each === 'string' ? each : JSON.stringify(each));
const body = fc.oneof(
  fields.map((content) => Buffer.from(JSON.stringify(content))),
  fields.map((content) =>
    Buffer.from(new URLSearchParams(Object.entries(content).map(([key, each]) => [key, formText(each)])).toString()),
  ),
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  fc.jsonValue().map((content) => Buffer.from(JSON.stringify(content))),
);
const authorization = fc.oneof(
  fc.constant(undefined),
  fc.string(),
  fc.tuple(fc.string(), fc.string()).map((pair) => `Basic ${Buffer.from(pair.join(':')).toString('base64')}`),
  fc.string().map((text) => `Basic ${text}`),
);

describe('a request for a token', () => {
  it('of any bytes is read or refused with a code of RFC 6749, and never thrown at', () => {
    fc.assert(
      fc.property(type, body, authorization, (contentType, bytes, header) => {
        const reading = readTokenRequest(contentType, bytes, header);
        if ('fault' in reading) {
          expect(CODES).toContain(reading.fault.error);
          expect(reading.fault.description).not.toBe('');
          return;
        }
        const { credentials, subject, channels, symbols, expiresIn } = reading.value;
        expect(credentials.id.length * credentials.secret.length).toBeGreaterThan(0);
        for (const list of [channels, symbols]) {
          expect(list?.length).not.toBe(0);
          for (const name of list ?? []) expect(typeof name).toBe('string');
        }
        expect(subject === undefined || (subject.length > 0 && subject.length <= 256)).toBe(true);
        expect(expiresIn === undefined || (Number.isSafeInteger(expiresIn) && expiresIn > 0)).toBe(true);
      }),
      { numRuns: 3_000 / inject('fewerRuns') },
    );
  });

  it('that is refused is so without its secret, whatever else is wrong with it', () => {
    fc.assert(
      fc.property(type, fields, fc.boolean(), (contentType, content, asForm) => {
        const all = { ...content, client_id: 'broker', client_secret: SECRET };
        const text = asForm
          ? new URLSearchParams(Object.entries(all).map(([k, v]) => [k, formText(v)]))
          : JSON.stringify(all);
        const reading = readTokenRequest(contentType, Buffer.from(text.toString()), undefined);
        if ('fault' in reading) expect(JSON.stringify(reading.fault)).not.toContain(SECRET);
      }),
      { numRuns: 1_000 / inject('fewerRuns') },
    );
  });

  it('is the same as form and as JSON', () => {
    const word = fc.stringMatching(/^[A-Za-z0-9$*@.]{1,10}$/);
    const list = fc.array(word, { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(list, list, fc.integer({ min: 1, max: 900 }), word, (channels, symbols, expires_in, subject) => {
        const common = { grant_type: 'client_credentials', client_id: 'broker', client_secret: SECRET, subject };
        const form = {
          ...common,
          channels: channels.join(' '),
          symbols: symbols.join(','),
          expires_in: `${expires_in}`,
        };
        const json = { ...common, channels, symbols, expires_in };
        const ofForm = readTokenRequest(
          'application/x-www-form-urlencoded',
          Buffer.from(new URLSearchParams(form).toString()),
          undefined,
        );
        expect(ofForm).toEqual(readTokenRequest('application/json', Buffer.from(JSON.stringify(json)), undefined));
        expect(ofForm).toHaveProperty('value');
      }),
    );
  });
});
