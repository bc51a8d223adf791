import type { HttpRequest, HttpResponse } from 'uWebSockets.js';
import { type AddressRange, addressOf, clientKey, isLoopbackAddress } from './address.ts';
import { isTrusted, realAddress } from './real-address.ts';

/** Who is at the other end, as far as it can be known. */
export interface Visitor {
  /** For limits of one address; undefined for this machine's own programs and the trusted proxies: they are no clients. */
  key: string | undefined;
  /** Came by TLS: to us, or to a proxy that we trust and that says so. */
  secure: boolean;
}

/** Only inside the callback that both belong to. */
export function visitorOf(
  response: HttpResponse,
  request: HttpRequest,
  trustedProxies: readonly AddressRange[],
  tls: boolean,
): Visitor {
  const peer = addressOf(response.getRemoteAddress());
  const believed = isTrusted(peer, trustedProxies);
  const address = believed ? realAddress(peer, forwardedFor(request), trustedProxies) : peer;
  const known = isLoopbackAddress(address) || isTrusted(address, trustedProxies);
  return {
    key: known ? undefined : clientKey(address),
    secure: tls || (believed && request.getHeader('x-forwarded-proto') === 'https'),
  };
}

/** `getHeader` has the first of that name only, and a proxy may write its own line under the client's. */
function forwardedFor(request: HttpRequest): string[] {
  const values: string[] = [];
  request.forEach((name, value) => {
    if (name === 'x-forwarded-for') values.push(value);
  });
  return values;
}
