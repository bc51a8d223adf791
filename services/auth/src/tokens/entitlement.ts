import { ACCESS_CLAIM, type AccessClaim, type Grant, readGrant, unknownNames } from '@tapecast/access';
import { CHANNELS, parseInstrument } from '@tapecast/market';

/** What a request asks for; what it leaves out is all that its client may grant. */
export interface Asked {
  channels?: readonly string[] | undefined;
  symbols?: readonly string[] | undefined;
  limits?: AccessClaim['limits'] | undefined;
}

/** The claim of the token, or why it is more than the client may grant. */
export function entitle(most: AccessClaim, asked: Asked): { claim: AccessClaim } | { fault: string } {
  const claim = {
    channels: [...(asked.channels ?? most.channels)],
    symbols: [...(asked.symbols ?? most.symbols)],
    limits: { ...most.limits, ...asked.limits },
  };
  const [unknown] = unknownNames(claim);
  if (unknown !== undefined) return { fault: unknown };
  const channel = claim.channels.find((name) => !coversChannel(most, name));
  if (channel !== undefined) return { fault: `this client may not grant channel ${channel}` };
  const symbol = claim.symbols.find((name) => !coversSymbol(most, name));
  if (symbol !== undefined) return { fault: `this client may not grant symbol ${symbol}` };
  for (const name of ['symbols', 'connections', 'messages_per_second'] as const) {
    const [wanted, bound] = [claim.limits[name], most.limits[name]];
    if (wanted !== undefined && bound !== undefined && wanted > bound)
      return { fault: `this client may grant limits.${name} up to ${bound}, and ${wanted} was asked for` };
  }
  return { claim };
}

/** By what the names allow, not by how they are written: `depth@50` covers `depth`, `kline` covers `kline@2`. */
function coversChannel(most: AccessClaim, name: string): boolean {
  const [whole, part] = [grantOf({ ...most, symbols: ['*'] }), grantOf({ ...most, channels: [name], symbols: ['*'] })];
  return CHANNELS.every((channel) => !part.mayRead(ANY, channel) || whole.mayRead(ANY, channel));
}

function coversSymbol(most: AccessClaim, name: string): boolean {
  if (most.symbols.includes('*') || most.symbols.includes(name)) return true;
  // A region is covered by itself or by all, as many of its instruments as are named.
  if (name.startsWith('*')) return false;
  const parsed = parseInstrument(name);
  return !('error' in parsed) && grantOf({ ...most, channels: ['*'] }).mayName(parsed.instrument);
}

const ANY = 'ANY$XX';

/** The reading of the gateways themselves: what is covered here is allowed there, and nothing else. */
function grantOf(claim: AccessClaim): Grant {
  const reading = readGrant({ sub: 'client', exp: 0, [ACCESS_CLAIM]: claim });
  if ('fault' in reading) throw new Error(`a checked claim can't be read: ${reading.fault}`);
  return reading.grant;
}
