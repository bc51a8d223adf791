import { StartError } from '@tapecast/service-kit';
import { z } from 'zod';
import { ANSWER_MS_MAX } from './limits.ts';

export interface TokenQuestion {
  /** Of the auth service, `https://auth.example`. */
  url: string;
  client: string;
  secret: string;
  /** What is left out is what the client may grant. */
  subject?: string | undefined;
  channels?: readonly string[] | undefined;
  symbols?: readonly string[] | undefined;
  expiresIn?: number | undefined;
}

const answerSchema = z.object({ access_token: z.string().min(1) });
const refusalSchema = z.object({ error: z.string(), error_description: z.string().default('') });

/** Asks an auth service for a token. Rejects with StartError that says what to do; the secret is in no error. */
export async function askForToken(question: TokenQuestion): Promise<string> {
  const { url, client, secret, subject, channels, symbols, expiresIn } = question;
  const response = await post(new URL('/v1/token', url), {
    grant_type: 'client_credentials',
    client_id: client,
    client_secret: secret,
    subject,
    channels,
    symbols,
    expires_in: expiresIn,
  });
  const body: unknown = await response.json().catch(() => undefined);
  const answer = answerSchema.safeParse(body);
  if (response.ok && answer.success) return answer.data.access_token;
  const refusal = refusalSchema.safeParse(body);
  if (!refusal.success)
    throw new StartError(
      'unavailable',
      `${url} answered ${response.status}, and not as an auth service does. Check the address with --auth-url.`,
    );
  const { error, error_description } = refusal.data;
  throw new StartError(
    'unavailable',
    `${url} gives no token: ${error_description || error} (${error}). ${whatToDo(error)}`,
  );
}

async function post(address: URL, content: object): Promise<Response> {
  try {
    return await fetch(address, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(content),
      redirect: 'error',
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
    });
  } catch (cause) {
    throw new StartError(
      'unavailable',
      `${address.origin} does not answer (${reasonOf(cause)}). Is it running with --auth? Start it, or name another with --auth-url.`,
      { cause },
    );
  }
}

/** fetch says only 'fetch failed'; what happened is its cause. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
  return code ?? (cause instanceof Error ? cause.name : String(cause));
}

function whatToDo(error: string): string {
  switch (error) {
    case 'invalid_client':
      return 'Check --client and --secret-file.';
    case 'invalid_scope':
      return "Ask for less, or let the operator grant the client more in the service's clients file.";
    case 'temporarily_unavailable':
      return 'Try again later.';
    default:
      return 'See --help.';
  }
}
