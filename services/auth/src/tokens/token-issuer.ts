import { randomUUID } from 'node:crypto';
import { ACCESS_CLAIM, TOKEN_LENGTH_MAX } from '@tapecast/access';
import { SignJWT } from 'jose';
import type { Client } from '../clients/clients-file.ts';
import type { Signer } from '../keys/key-keeper.ts';
import { TOKEN_SECONDS_DEFAULT } from '../limits.ts';
import { entitle } from './entitlement.ts';
import type { TokenFault, TokenRequest } from './token-request.ts';

export interface TokenIssuerOptions {
  issuer: string;
  audience: string;
  secondsMax: number;
  signer: () => Signer;
  /** Unix ms. */
  nowMs: () => number;
}

export interface IssuedToken {
  token: string;
  expiresIn: number;
}

/** Makes the token that a client asked for, or says in RFC 6749's words why that is more than it may have. */
export async function issueToken(
  options: TokenIssuerOptions,
  client: Client,
  request: TokenRequest,
): Promise<{ issued: IssuedToken } | { fault: TokenFault }> {
  const secondsMax = Math.min(options.secondsMax, client.secondsMax);
  const expiresIn = request.expiresIn ?? Math.min(TOKEN_SECONDS_DEFAULT, secondsMax);
  if (expiresIn > secondsMax)
    return tooMuch(`expires_in is at most ${secondsMax} for this client, and ${expiresIn} was asked for`);
  const entitled = entitle(client.most, request);
  if ('fault' in entitled) return tooMuch(entitled.fault);
  const { kid, key } = options.signer();
  const nowSeconds = Math.floor(options.nowMs() / 1_000);
  const token = await new SignJWT({ [ACCESS_CLAIM]: entitled.claim, client_id: client.id })
    .setProtectedHeader({ alg: 'EdDSA', kid, typ: 'JWT' })
    .setIssuer(options.issuer)
    .setAudience(options.audience)
    .setSubject(request.subject ?? client.id)
    .setIssuedAt(nowSeconds)
    .setExpirationTime(nowSeconds + expiresIn)
    .setJti(randomUUID())
    .sign(key);
  if (token.length > TOKEN_LENGTH_MAX)
    return tooMuch(
      `a token of so many symbols would have ${token.length} characters, and at most ${TOKEN_LENGTH_MAX} are read. Ask for regions (*$US) or *`,
    );
  return { issued: { token, expiresIn } };
}

const tooMuch = (description: string): { fault: TokenFault } => ({ fault: { error: 'invalid_scope', description } });
