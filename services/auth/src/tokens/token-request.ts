import { type AccessClaim, accessClaimSchema, SUBJECT_LENGTH_MAX } from '@tapecast/access';
import { z } from 'zod';
import { CLIENT_ID_LENGTH_MAX, CLIENT_SECRET_LENGTH_MAX } from '../limits.ts';

/** Codes of RFC 6749, section 5.2. */
export type TokenErrorCode = 'invalid_request' | 'invalid_client' | 'invalid_scope' | 'unsupported_grant_type';

export interface TokenFault {
  error: TokenErrorCode;
  description: string;
  /** Credentials came in the header, so the answer names the scheme (section 5.2). */
  basic?: boolean;
}

export interface Credentials {
  id: string;
  secret: string;
  basic: boolean;
}

export interface TokenRequest {
  credentials: Credentials;
  subject: string | undefined;
  channels: readonly string[] | undefined;
  symbols: readonly string[] | undefined;
  limits: AccessClaim['limits'] | undefined;
  expiresIn: number | undefined;
}

type Reading<T> = { value: T } | { fault: TokenFault };

/** Lists in a form are separated by spaces or commas. */
const list = z
  .union([z.string().transform((text) => text.split(/[\s,]+/).filter((name) => name !== '')), z.array(z.string())])
  .pipe(accessClaimSchema.shape.channels.unwrap().min(1, 'an empty list allows nothing; leave it out for all'));
const whole = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^\d{1,9}$/)
      .transform(Number),
  ])
  .pipe(z.number().int().min(1));
const fieldsSchema = z.object({
  grant_type: z.string().optional(),
  client_id: z.string().optional(),
  client_secret: z.string().optional(),
  scope: z.string().optional(),
  subject: z
    .string()
    .min(1)
    .max(SUBJECT_LENGTH_MAX)
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'control characters are not allowed')
    .optional(),
  channels: list.optional(),
  symbols: list.optional(),
  limits: z
    .union([z.string().transform(parseJson), z.unknown()])
    .pipe(accessClaimSchema.shape.limits.unwrap())
    .optional(),
  expires_in: whole.optional(),
});
type Fields = z.infer<typeof fieldsSchema>;

/** The request of a client for a token, from its body and its `Authorization` header; or what is wrong with it, without a secret. */
export function readTokenRequest(
  contentType: string | undefined,
  body: Buffer,
  authorization: string | undefined,
): Reading<TokenRequest> {
  const raw = readBody(contentType, body);
  if ('fault' in raw) return raw;
  const parsed = fieldsSchema.safeParse(raw.value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return bad(`${issue?.path.join('.') || 'the body'}: ${issue?.message ?? 'not as expected'}`);
  }
  const fields = parsed.data;
  const credentials = readCredentials(authorization, fields);
  if ('fault' in credentials) return credentials;
  if (fields.grant_type !== 'client_credentials')
    return fields.grant_type === undefined
      ? bad('grant_type is missing. Expected client_credentials')
      : {
          fault: {
            error: 'unsupported_grant_type',
            description: 'the only grant_type here is client_credentials (RFC 6749, section 4.4)',
          },
        };
  // Ignored, it would look as if it had been granted.
  if (fields.scope !== undefined && fields.scope !== '')
    return { fault: { error: 'invalid_scope', description: 'there is no scope here: ask by channels and symbols' } };
  const { subject, channels, symbols, limits, expires_in } = fields;
  return {
    value: { credentials: credentials.value, subject, channels, symbols, limits, expiresIn: expires_in },
  };
}

function readBody(contentType: string | undefined, body: Buffer): Reading<unknown> {
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase();
  const text = body.toString('utf8');
  if (type === 'application/json') {
    const value = parseJson(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? { value }
      : bad('the body is no JSON object');
  }
  if (type !== 'application/x-www-form-urlencoded')
    return bad('Content-Type must be application/x-www-form-urlencoded or application/json');
  const form = new URLSearchParams(text);
  const names = [...form.keys()];
  // RFC 6749, section 3.2: no parameter more than once.
  if (new Set(names).size !== names.length) return bad('a parameter is there twice');
  return { value: Object.fromEntries(form) };
}

/** RFC 6749, section 2.3.1: by HTTP Basic or in the body, and never both. */
function readCredentials(authorization: string | undefined, fields: Fields): Reading<Credentials> {
  const { client_id, client_secret } = fields;
  if (authorization === undefined) {
    if (client_id === undefined || client_secret === undefined)
      return refused('the client names itself by HTTP Basic, or by client_id and client_secret in the body', false);
    return checked({ id: client_id, secret: client_secret, basic: false });
  }
  if (client_secret !== undefined) return bad('the client names itself twice: by HTTP Basic and in the body');
  const encoded = /^basic +([A-Za-z0-9+/_-]+=*)$/i.exec(authorization.trim())?.[1];
  const text = encoded === undefined ? '' : Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  const id = colon < 0 ? undefined : formDecoded(text.slice(0, colon));
  const secret = colon < 0 ? undefined : formDecoded(text.slice(colon + 1));
  if (id === undefined || secret === undefined) return refused('Authorization is no HTTP Basic of id and secret', true);
  if (client_id !== undefined && client_id !== id) return bad('client_id is another than that of HTTP Basic');
  return checked({ id, secret, basic: true });
}

function checked(credentials: Credentials): Reading<Credentials> {
  const { id, secret, basic } = credentials;
  const fits = id.length <= CLIENT_ID_LENGTH_MAX && secret.length <= CLIENT_SECRET_LENGTH_MAX;
  return fits && id !== '' && secret !== ''
    ? { value: credentials }
    : refused('no client has such an id or secret', basic);
}

/** Id and secret are form-encoded before they are put together (RFC 6749, section 2.3.1). */
function formDecoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

/** Undefined where it is none: what is expected is said by who reads it. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const bad = (description: string): { fault: TokenFault } => ({ fault: { error: 'invalid_request', description } });
const refused = (description: string, basic: boolean): { fault: TokenFault } => ({
  fault: { error: 'invalid_client', description, basic },
});
