export { AccessError, type AccessErrorCode } from './access-error.ts';
export { ACCESS_CLAIM, type AccessClaim, accessClaimSchema, type TokenClaims, tokenClaimsSchema } from './claims.ts';
export { hashSecret, isSecret, makeSecret, readSecretHash, type SecretHash } from './client-secret.ts';
export { ANONYMOUS, Grant, type GrantLimits, type GrantReading, readGrant, unknownNames } from './grant.ts';
export type { FetchOutcome } from './key-ring.ts';
export { TOKEN_ALGORITHMS, type TokenAlgorithm } from './key-set.ts';
export { checkKeySource } from './key-source.ts';
export { EXPIRY_AHEAD_S_MAX, type KeyLimits, SUBJECT_LENGTH_MAX, TOKEN_LENGTH_MAX } from './limits.ts';
export {
  createTokenVerifier,
  type TokenFaultCode,
  type TokenVerifier,
  type TokenVerifierOptions,
  type Verdict,
} from './token-verifier.ts';
export {
  readTrialClient,
  removeTrialClient,
  type TrialClient,
  type TrialCredentials,
  trialClientFile,
  writeTrialCredentials,
} from './trial-credentials.ts';
