import { CHANNELS, type Channel, parseInstrument, regionOf } from '@tapecast/market';
import { depthOf, parseChannel } from '@tapecast/wire';
import { type AccessClaim, tokenClaimsSchema } from './claims.ts';

/** Bounds of a grant; each only lowers the gateway's own. */
export interface GrantLimits {
  /** Distinct instruments of a connection. */
  readonly symbols?: number;
  /** Connections of one subject on one gateway. */
  readonly connections?: number;
  readonly messagesPerSecond?: number;
}

interface GrantFields {
  subject: string;
  expiresAtMs: number;
  channels: ReadonlySet<Channel>;
  symbols: SymbolRules;
  limits: GrantLimits;
}

interface SymbolRules {
  all: boolean;
  regions: ReadonlySet<string>;
  instruments: ReadonlySet<string>;
}

/**
 * Who a client is and what it may have. Questions are asked in canonical names only (`parseInstrument`, `parseChannel`):
 * then no other spelling of a name has an answer of its own.
 */
export class Grant {
  /** `sub` of the token. */
  readonly subject: string;
  /** Unix ms from which on it allows nothing; Infinity for anonymous clients. */
  readonly expiresAtMs: number;
  readonly limits: GrantLimits;
  readonly #channels: ReadonlySet<Channel>;
  readonly #symbols: SymbolRules;

  constructor(fields: GrantFields) {
    this.subject = fields.subject;
    this.expiresAtMs = fields.expiresAtMs;
    this.limits = fields.limits;
    this.#channels = fields.channels;
    this.#symbols = fields.symbols;
  }

  /** Whether it allows the channel of the instrument. Both canonical. */
  mayRead(instrument: string, channel: Channel): boolean {
    return this.#channels.has(channel) && this.#covers(instrument);
  }

  /** Whether it allows anything of the instrument: else not even its existence is told. */
  mayName(instrument: string): boolean {
    return this.#channels.size > 0 && this.#covers(instrument);
  }

  #covers(instrument: string): boolean {
    const { all, regions, instruments } = this.#symbols;
    return all || instruments.has(instrument) || regions.has(regionOf(instrument));
  }
}

/** What a client without a token has where market data is open to everyone. */
export const ANONYMOUS: Grant = new Grant({
  subject: 'anonymous',
  expiresAtMs: Infinity,
  channels: new Set(CHANNELS),
  symbols: { all: true, regions: new Set(), instruments: new Set() },
  limits: {},
});

export type GrantReading = { grant: Grant } | { fault: string };

/**
 * The grant of a token's payload. `fault` says what of the claims is not as it must be, without their values. Signature, issuer, audience
 * and times are the verifier's. Names that are none grant nothing: a newer issuer may know more channels.
 */
export function readGrant(payload: unknown): GrantReading {
  const parsed = tokenClaimsSchema.safeParse(payload);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return { fault: `${issue?.path.join('.') || 'payload'}: ${issue?.message ?? 'not as expected'}` };
  }
  const { sub, exp, tapecast } = parsed.data;
  return {
    grant: new Grant({
      subject: sub,
      expiresAtMs: exp * 1000,
      channels: new Set(tapecast.channels.flatMap(channelsOf)),
      symbols: readSymbols(tapecast.symbols),
      limits: readLimits(tapecast.limits),
    }),
  };
}

/** The names in a claim that mean nothing, for whoever issues tokens: each with what was expected. Empty when all do. */
export function unknownNames(claim: Pick<AccessClaim, 'channels' | 'symbols'>): string[] {
  return [
    ...claim.channels
      .filter((name) => channelsOf(name).length === 0)
      .map((name) => `channel ${JSON.stringify(name)} is none. Expected *, kline, or one of ${CHANNELS.join(', ')}`),
    ...claim.symbols
      .filter((name) => ruleOf(name) === undefined)
      .map(
        (name) =>
          `symbol ${JSON.stringify(name)} is none. Expected SYMBOL$REGION as AAPL$US, a region as *$BA, or * for all`,
      ),
  ];
}

/** The channels that a name of the claim allows. */
function channelsOf(name: string): Channel[] {
  if (name === '*') return [...CHANNELS];
  if (name === 'kline' || name === 'kline@*') return CHANNELS.filter((channel) => channel.startsWith('kline@'));
  const channel = parseChannel(name);
  if (typeof channel !== 'string') return [];
  const levels = depthOf(channel);
  return levels === undefined ? [channel] : CHANNELS.filter((other) => (depthOf(other) ?? Infinity) <= levels);
}

type SymbolRule = { all: true } | { region: string } | { instrument: string };

function ruleOf(name: string): SymbolRule | undefined {
  if (name === '*') return { all: true };
  const region = /^\*\$([A-Z]{2})$/.exec(name)?.[1];
  if (region !== undefined) return { region };
  const parsed = parseInstrument(name);
  return 'error' in parsed ? undefined : { instrument: parsed.instrument };
}

function readSymbols(names: readonly string[]): SymbolRules {
  const regions = new Set<string>();
  const instruments = new Set<string>();
  let all = false;
  for (const name of names) {
    const rule = ruleOf(name);
    if (rule === undefined) continue;
    if ('all' in rule) all = true;
    else if ('region' in rule) regions.add(rule.region);
    else instruments.add(rule.instrument);
  }
  return { all, regions, instruments };
}

function readLimits(limits: AccessClaim['limits']): GrantLimits {
  return {
    ...(limits.symbols === undefined ? {} : { symbols: limits.symbols }),
    ...(limits.connections === undefined ? {} : { connections: limits.connections }),
    ...(limits.messages_per_second === undefined ? {} : { messagesPerSecond: limits.messages_per_second }),
  };
}
