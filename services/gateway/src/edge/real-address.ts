import { type Address, type AddressRange, inRange, parseAddress } from './address.ts';

/** Longer chains of proxies are nobody's; what is beyond is not looked at. */
const HOPS_MAX = 16;

/**
 * Who a client is, behind proxies that we trust. A proxy appends its peer to `X-Forwarded-For`; what stands before that
 * was said by the peer, who may say what it likes. So the list is read from its end for as long as the one who wrote an
 * entry is trusted, and the first entry that is no trusted proxy is the client.
 *
 * `forwarded` has the values of all headers of that name, in their order. Without trust in the peer they say nothing.
 */
export function realAddress(peer: Address, forwarded: readonly string[], trusted: readonly AddressRange[]): Address {
  let nearest = peer;
  const entries = forwarded.flatMap((value) => value.split(','));
  for (let i = entries.length - 1; i >= Math.max(0, entries.length - HOPS_MAX); i--) {
    if (!isTrusted(nearest, trusted)) return nearest;
    const entry = parseEntry(entries[i] as string);
    // A proxy that writes no address hides its client: it then counts as the client itself.
    if (entry === undefined) return nearest;
    nearest = entry;
  }
  return nearest;
}

export const isTrusted = (address: Address, trusted: readonly AddressRange[]): boolean =>
  trusted.some((range) => inRange(address, range));

/** `1.2.3.4`, `2001:db8::1`, and with a port as some proxies write it: `1.2.3.4:5678`, `[2001:db8::1]:5678`. */
function parseEntry(text: string): Address | undefined {
  const entry = text.trim();
  const bracketed = /^\[([^\]]*)\](?::\d+)?$/.exec(entry);
  if (bracketed !== null) return parseAddress(bracketed[1] as string);
  const withPort = /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(entry);
  return parseAddress(withPort === null ? entry : (withPort[1] as string));
}
