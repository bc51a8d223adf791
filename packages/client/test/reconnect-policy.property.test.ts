import { CLOSE_CODES } from '@tapecast/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ReconnectPolicy } from '../src/index.ts';

const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const backoffCode = fc.constantFrom(1000, 1001, 1005, 1006, 1011, 1012, 4100, 4101, 4199, 4300);

describe('when to connect again', () => {
  it('never after 4000 to 4099', () => {
    fc.assert(
      fc.property(fc.integer({ min: 4000, max: 4099 }), fc.option(fc.nat(), { nil: undefined }), (code, goodForMs) => {
        expect(new ReconnectPolicy(() => 0.5).ended(code, goodForMs)).toEqual({ kind: 'stop' });
      }),
    );
  });

  it('within a second at first, never later than 30 s, and anywhere in between', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(backoffCode, random), { minLength: 1, maxLength: 60 }), (ends) => {
        let chance = 0;
        const policy = new ReconnectPolicy(() => chance);
        for (const [index, [code, share]] of ends.entries()) {
          chance = share;
          const next = policy.ended(code, undefined);
          const bound = Math.min(30_000, 1_000 * 2 ** Math.min(index, 20));
          expect(next).toEqual({ kind: 'retry', delayMs: Math.floor(share * bound) });
        }
      }),
    );
  });

  it('at once after 4200 to 4299, but for a gateway that sends everyone away again', () => {
    const policy = new ReconnectPolicy(() => 0.999);
    expect(policy.ended(4200, 10)).toEqual({ kind: 'retry', delayMs: 0 });
    expect(policy.ended(4200, 10)).toEqual({ kind: 'retry', delayMs: 1_998 });
    expect(policy.ended(4201, 60_000)).toEqual({ kind: 'retry', delayMs: 0 });
  });

  it('a connection that was good for a while forgets the failures before it', () => {
    const policy = new ReconnectPolicy(() => 0.999);
    for (let failures = 0; failures < 8; failures++) policy.ended(1006, undefined);
    expect(policy.ended(1006, 4_999)).toEqual({ kind: 'retry', delayMs: 29_970 });
    expect(policy.ended(1006, 5_000)).toEqual({ kind: 'retry', delayMs: 999 });
  });

  it('each code of the gateway does what its table says', () => {
    for (const { code, answer } of Object.values(CLOSE_CODES)) {
      const next = new ReconnectPolicy(() => 0.5).ended(code, 10);
      const expected = {
        stop: { kind: 'stop' },
        backoff: { kind: 'retry', delayMs: 500 },
        at_once: { kind: 'retry', delayMs: 0 },
      }[answer];
      expect(next, String(code)).toEqual(expected);
    }
  });
});
