import { isIP } from 'node:net';

/** 4 or 16 bytes, in the network's order. An IPv4 address in an IPv6 one (`::ffff:1.2.3.4`) is the IPv4 address. */
export type Address = Uint8Array;

const MAPPED = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

/** What a socket says of its peer. */
export function addressOf(bytes: ArrayBuffer): Address {
  const address = new Uint8Array(bytes);
  return address.length === 16 && MAPPED.every((byte, i) => address[i] === byte) ? address.slice(12) : address;
}

/** Undefined for what is no address; zones (`fe80::1%eth0`) mean nothing to another machine and are none. */
export function parseAddress(text: string): Address | undefined {
  const version = isIP(text);
  if (version === 4) return Uint8Array.from(text.split('.'), Number);
  if (version !== 6 || text.includes('%')) return undefined;
  const [head = '', tail] = text.split('::');
  const before = groups(head);
  const after = tail === undefined ? [] : groups(tail);
  const middle = new Array<number>(16 - before.length - after.length).fill(0);
  return addressOf(Uint8Array.from([...before, ...middle, ...after]).buffer);
}

/** Bytes of `2001:db8`, or of `ffff:1.2.3.4`. */
function groups(text: string): number[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    if (group.includes('.')) return group.split('.').map(Number);
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}

/**
 * What counts as one client: an IPv4 address, or the /64 of an IPv6 one, which is what a household or a machine is given
 * and has all addresses of.
 */
export function clientKey(address: Address): string {
  if (address.length === 4) return address.join('.');
  const key: string[] = [];
  for (let i = 0; i < 8; i += 2) key.push((((address[i] ?? 0) << 8) | (address[i + 1] ?? 0)).toString(16));
  return `${key.join(':')}::/64`;
}

/** Of this machine: an own program, or a proxy that nobody named. */
export const isLoopbackAddress = (address: Address): boolean =>
  address.length === 4 ? address[0] === 127 : address[15] === 1 && address.every((byte, i) => i === 15 || byte === 0);

export interface AddressRange {
  address: Address;
  bits: number;
}

/** `10.0.0.0/8`, `::1/128`, or one address alone. Undefined for anything else, also where bits past the length are set. */
export function parseRange(text: string): AddressRange | undefined {
  const [addressText = '', bitsText, more] = text.split('/');
  const address = parseAddress(addressText);
  if (address === undefined || more !== undefined) return undefined;
  if (bitsText === undefined) return { address, bits: address.length * 8 };
  // `::ffff:10.0.0.0/104` is 10.0.0.0/8 written at length; nobody writes it, so it is not understood.
  if (addressText.includes(':') !== (address.length === 16) || !/^\d{1,3}$/.test(bitsText)) return undefined;
  const bits = Number(bitsText);
  if (bits > address.length * 8) return undefined;
  const rest = address.some((byte, i) => (byte & ~maskOf(bits, i) & 0xff) !== 0);
  return rest ? undefined : { address, bits };
}

export function inRange(address: Address, range: AddressRange): boolean {
  if (address.length !== range.address.length) return false;
  for (let i = 0; i * 8 < range.bits; i++)
    if ((((address[i] as number) ^ (range.address[i] as number)) & maskOf(range.bits, i)) !== 0) return false;
  return true;
}

/** The mask of byte `i` in a prefix of `bits`. */
function maskOf(bits: number, i: number): number {
  const inByte = Math.min(8, Math.max(0, bits - i * 8));
  return (0xff << (8 - inByte)) & 0xff;
}
