import { z } from 'zod';
import { GRANT_NAME_LENGTH_MAX, GRANT_NAMES_MAX, SUBJECT_LENGTH_MAX } from './limits.ts';

/** Name of the private claim that says what a token allows. */
export const ACCESS_CLAIM = 'tapecast';

const names = z.array(z.string().min(1).max(GRANT_NAME_LENGTH_MAX)).max(GRANT_NAMES_MAX);
const bound = z.number().int().min(1).max(Number.MAX_SAFE_INTEGER);

/**
 * What a token allows. A list that is absent or empty allows nothing. Unknown fields are refused: a restriction that this
 * version does not know must not be overlooked.
 */
export const accessClaimSchema = z.strictObject({
  /** Canonical channel names or the protocol's aliases; `*` is all, `kline` and `kline@*` all intervals, `depth@N` N levels and fewer. */
  channels: names.default([]),
  /** Instruments (`AAPL$US`), whole regions (`*$BA`), or `*` for all. */
  symbols: names.default([]),
  /** Each only lowers the gateway's own. */
  limits: z
    .strictObject({
      /** Distinct instruments of a connection. */
      symbols: bound.optional(),
      /** Connections of one `sub` on one gateway. */
      connections: bound.optional(),
      /** Messages a connection may send. */
      messages_per_second: bound.optional(),
    })
    .default({}),
});
export type AccessClaim = z.infer<typeof accessClaimSchema>;

/** The claims of a token: JWT's own (RFC 7519) and ours. Others may be there and are left alone. */
export const tokenClaimsSchema = z.object({
  iss: z.string().min(1).optional(),
  aud: z.union([z.string(), z.array(z.string())]).optional(),
  /** Who the token speaks for. */
  sub: z.string().min(1).max(SUBJECT_LENGTH_MAX),
  /** Unix seconds, as all times of a JWT. */
  exp: z.number(),
  nbf: z.number().optional(),
  iat: z.number().optional(),
  jti: z.string().optional(),
  [ACCESS_CLAIM]: accessClaimSchema.default({ channels: [], symbols: [], limits: {} }),
});
export type TokenClaims = z.infer<typeof tokenClaimsSchema>;
