import type { OptionSchema, Task } from '@tapecast/service-kit';
import { clientSecret } from './client-secret.ts';
import { token } from './token.ts';

/** Every command by its name: a file each in this folder, and a line here. */
export const COMMANDS: Readonly<Record<string, Task<OptionSchema>>> = {
  token: of(token),
  'client-secret': of(clientSecret),
};

/** A task reads only what its own schema gave: which schema that is, nobody else needs to know. */
function of<S extends OptionSchema>(task: Task<S>): Task<OptionSchema> {
  return task as unknown as Task<OptionSchema>;
}
