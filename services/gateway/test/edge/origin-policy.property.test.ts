import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OriginPolicy, type OriginRule, parseOriginRule } from '../../src/edge/origin-policy.ts';

const rule = (text: string): OriginRule => {
  const parsed = parseOriginRule(text);
  if (parsed === undefined) throw new Error(text);
  return parsed;
};
const policy = (texts: string[], open = false): OriginPolicy => new OriginPolicy({ rules: texts.map(rule), open });
const from = (origin: string, host = 'edge.example', secure = true) => ({ origin, host, secure });

const label = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/);
const name = fc.array(label, { minLength: 2, maxLength: 4 }).map((labels) => labels.join('.'));

describe('rules', () => {
  test('name an origin, those below a name, or any', () => {
    for (const text of [
      'https://a.example',
      'http://a.example:8080',
      'https://*.b.example',
      '*',
      'https://[2001:db8::1]',
      'HTTPS://A.example',
    ])
      expect(parseOriginRule(text)).toBeDefined();
  });
  test('that could never match are mistakes', () => {
    for (const text of [
      '',
      'a.example',
      'https://',
      'https://a.example/',
      'https://a.example/x',
      'ftp://a.example',
      'https://*',
      'https://a.*.example',
      'https://u@a.example',
      'null',
      'https://a.example?x',
      '**',
      'https://*.*.a.example',
    ])
      expect(parseOriginRule(text)).toBeUndefined();
  });
});

describe('an origin', () => {
  test('that is none is a program, and is let through', () => {
    expect(policy([]).allows(from(''))).toBe(true);
    expect(policy(['https://a.example']).allows(from(''))).toBe(true);
  });

  test('is let through where data is open and no rules are given, and only then', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          name.map((host) => `https://${host}`),
          fc.string({ minLength: 1 }),
        ),
        (origin) => {
          expect(policy([], true).allows(from(origin))).toBe(true);
          expect(policy(['*']).allows(from(origin))).toBe(true);
          expect(policy(['https://a.example'], true).any).toBe(false);
        },
      ),
    );
  });

  test('of the same host is let through, with its port and scheme', () => {
    fc.assert(
      fc.property(name, fc.integer({ min: 1, max: 65_535 }), fc.boolean(), (host, port, secure) => {
        const scheme = secure ? 'https' : 'http';
        const own = port === (secure ? 443 : 80) ? host : `${host}:${port}`;
        expect(policy([]).allows(from(`${scheme}://${own}`, own, secure))).toBe(true);
        expect(policy([]).allows(from(`${scheme}://${host}:${port}`, `${host}:${port}`, secure))).toBe(true);
        expect(policy([]).allows(from(`${scheme}://${host}:${port}`, `${host}:${(port % 65_535) + 1}`, secure))).toBe(
          false,
        );
        expect(policy([]).allows(from(`${scheme}://x${host}`, host, secure))).toBe(false);
        expect(policy([]).allows(from(`${scheme}://${host}.evil.example`, host, secure))).toBe(false);
      }),
    );
  });

  test('of http is not that of https; of https may be behind a proxy that speaks http to us', () => {
    expect(policy([]).allows(from('http://edge.example', 'edge.example', true))).toBe(false);
    expect(policy([]).allows(from('https://edge.example', 'edge.example', false))).toBe(true);
    expect(policy([]).allows(from('http://edge.example', 'edge.example', false))).toBe(true);
  });

  test('is matched whole, or as a name below the rule at any depth, never as a part of a text', () => {
    fc.assert(
      fc.property(name, label, label, (host, sub, more) => {
        const exact = policy([`https://${host}`]);
        const below = policy([`https://*.${host}`]);
        expect(exact.allows(from(`https://${host}`))).toBe(true);
        expect(exact.allows(from(`https://${host.toUpperCase()}`))).toBe(true);
        expect(exact.allows(from(`http://${host}`))).toBe(false);
        expect(exact.allows(from(`https://${host}:8443`))).toBe(false);
        expect(exact.allows(from(`https://${sub}.${host}`))).toBe(false);
        expect(below.allows(from(`https://${sub}.${host}`))).toBe(true);
        expect(below.allows(from(`https://${more}.${sub}.${host}`))).toBe(true);
        expect(below.allows(from(`https://${host}`))).toBe(false);
        expect(below.allows(from(`https://${sub}${host}`))).toBe(false);
        expect(below.allows(from(`https://${host}.${sub}.example`))).toBe(false);
        expect(below.allows(from(`https://${sub}.${host}@evil.example`))).toBe(false);
        expect(below.allows(from(`https://evil.example/.${host}`))).toBe(false);
      }),
    );
  });

  test('that can’t be read, or hides, is refused', () => {
    for (const origin of [
      'null',
      'file://',
      'https://',
      'https://a b',
      'javascript:1',
      'https://edge.example/',
      '//edge.example',
    ])
      expect(policy(['https://a.example']).allows(from(origin))).toBe(false);
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (origin) => {
        expect(policy([]).allows(from(origin))).toBe(false);
      }),
    );
  });
});
