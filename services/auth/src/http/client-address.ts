import { isIPv6 } from 'node:net';

/**
 * Whom limits count: the peer, or, where the peer is a trusted proxy, the last address in X-Forwarded-For that is none.
 * Of IPv6 the first 64 bits: one line has them all.
 */
export function clientAddress(
  peer: string | undefined,
  forwardedFor: string | undefined,
  trusted: ReadonlySet<string>,
): string {
  let address = plainAddress(peer ?? '');
  if (forwardedFor !== undefined) {
    const hops = forwardedFor.split(',');
    while (trusted.has(address)) {
      const hop = hops.pop()?.trim();
      if (hop === undefined || hop === '') break;
      address = plainAddress(hop);
    }
  }
  return isIPv6(address) ? network(address) : address;
}

/** An IPv4 address as such, also where the socket listens for IPv6. */
export const plainAddress = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, '').slice(0, 64);

/** The first four groups, `::` written out. */
function network(address: string): string {
  const [head = '', tail] = address.toLowerCase().split('::');
  const first = head.split(':').filter((group) => group !== '');
  const last = tail === undefined ? [] : tail.split(':').filter((group) => group !== '');
  const zeros = tail === undefined ? [] : new Array<string>(Math.max(0, 8 - first.length - last.length)).fill('0');
  return `${[...first, ...zeros, ...last].slice(0, 4).join(':')}::/64`;
}
