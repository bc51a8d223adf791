import { readTrialClient, trialClientFile } from '@tapecast/access';

/** What is left out is everything, for as long as the service says. */
export interface TokenWish {
  subject?: string;
  channels?: readonly string[];
  symbols?: readonly string[];
  limits?: { symbols?: number; connections?: number; messages_per_second?: number };
  expires_in?: number;
}

/** A token for the trial client of a cluster or an embedded system that runs in this data folder. */
export async function trialToken(dataDir: string, asked: TokenWish = {}): Promise<string> {
  const trial = readTrialClient(dataDir);
  if (trial === undefined) throw new Error(`${trialClientFile(dataDir)} is not there: was it started with auth?`);
  const response = await fetch(`${trial.url}/v1/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      grant_type: 'client_credentials',
      client_id: trial.client,
      client_secret: trial.secret,
      ...asked,
    }),
  });
  const answer = (await response.json()) as { access_token?: string };
  if (answer.access_token === undefined) throw new Error(`no token: ${response.status} ${JSON.stringify(answer)}`);
  return answer.access_token;
}
