/**
 * What the checks of the edge cost before anything else is done for a client, in ns each:
 * `node --conditions=source services/gateway/test/measure/address-limits.ts`
 */

import { clientKey, parseAddress, parseRange } from '../../src/edge/address.ts';
import { AddressLimits } from '../../src/edge/address-limits.ts';
import { OriginPolicy, parseOriginRule } from '../../src/edge/origin-policy.ts';
import { realAddress } from '../../src/edge/real-address.ts';
import { DEFAULT_LIMITS } from '../../src/limits.ts';

const CHECKS = 1_000_000;

function measure(what: string, check: (i: number) => void): void {
  for (let i = 0; i < CHECKS / 4; i++) check(i);
  const begunAt = performance.now();
  for (let i = 0; i < CHECKS; i++) check(i);
  console.log(`${what.padEnd(56)} ${Math.round(((performance.now() - begunAt) * 1e6) / CHECKS)} ns`);
}

for (const addresses of [1, 10_000, 100_000, 1_000_000]) {
  const keys = Array.from({ length: addresses }, (_, i) => `10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`);
  const limits = new AddressLimits(DEFAULT_LIMITS);
  measure(`handshake of one of ${addresses} addresses`, (i) => limits.handshake(keys[i % addresses], i / 1000));
}
const trusted = ['127.0.0.1/32', '10.0.0.0/8'].map((text) => parseRange(text)!);
const peer = parseAddress('127.0.0.1')!;
measure('real address of a client behind two proxies, its key', () =>
  clientKey(realAddress(peer, ['1.2.3.4, 203.0.113.7, 10.0.0.1'], trusted)),
);
const origins = new OriginPolicy({
  rules: ['https://a.example', 'https://*.b.example'].map((text) => parseOriginRule(text)!),
  open: false,
});
measure('origin that a rule allows', () =>
  origins.allows({ origin: 'https://x.b.example', host: 'edge.example', secure: true }),
);
