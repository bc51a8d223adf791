import { hashSecret, makeSecret } from '@tapecast/access';
import type { Task } from '@tapecast/service-kit';
import { z } from 'zod';

const schema = z.object({});

/** The secret is made and not chosen: then it is worth no guess. */
export const clientSecret: Task<typeof schema> = {
  description: {
    usage: 'npx tapecast client-secret',
    summary: 'Makes a secret for a client of the auth service, and its hash for the clients file. Neither is kept.',
  },
  schema,
  async run() {
    const secret = makeSecret();
    process.stdout.write(`secret ${secret}\nhash   ${await hashSecret(secret)}\n`);
  },
};
