/**
 * HTTP statuses by which Binance refuses an address or a place, on REST and on the upgrade (spot docs, "HTTP return codes"
 * and LIMITS; 451 is what it answers where it may not serve). Nothing of ours will change the answer soon.
 */
const REFUSALS: Readonly<Record<number, string>> = {
  403: 'its firewall refuses this address or what was asked: wait, or use another address',
  418: 'this address is banned for a while, for having gone on after 429: other programs here may use it too',
  429: 'this address asked too often: other programs here may use it too',
  451: 'it does not serve the country of this address: run it elsewhere, or name another server with --binance-ws and --binance-rest',
};

/** What a status says to whoever runs this; undefined: nothing about the address. */
export const refusalOf = (status: number | undefined): string | undefined =>
  status === undefined ? undefined : REFUSALS[status];

/** ms that `Retry-After` asks for, in its form of seconds; undefined: it says nothing. */
export function retryAfterMsOf(header: string | null | undefined): number | undefined {
  const seconds = Number(header ?? Number.NaN);
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : undefined;
}
