import type { OptionSchema, Task } from '@tapecast/service-kit';
import { clientSecret } from './client-secret.ts';
import { explain } from './explain.ts';
import { restartGateways } from './restart-gateways.ts';
import { token } from './token.ts';
import { watch } from './watch.ts';

/** Every command by its name: a file each in this folder, and a line here. */
export const COMMANDS: Readonly<Record<string, Task<OptionSchema>>> = {
  token: of(token),
  'client-secret': of(clientSecret),
  'restart-gateways': of(restartGateways),
  explain: of(explain),
  watch: of(watch),
};

/** The option that a command's first argument is for, where it stands there without a name. */
export const POSITIONAL: Readonly<Record<string, string>> = { explain: '--session', watch: '--symbols' };

/** A task reads only what its own schema gave: which schema that is, nobody else needs to know. */
function of<S extends OptionSchema>(task: Task<S>): Task<OptionSchema> {
  return task as unknown as Task<OptionSchema>;
}
