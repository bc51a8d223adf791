import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { StartError } from '@tapecast/service-kit';

/** Where Debian puts servers, which is not on every user's PATH. */
const SERVER_FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/sbin'];

export interface Program {
  name: string;
  /** What it is needed for and which version: 'the cluster set-up needs Redis 7'. */
  neededFor: string;
  /** How a person gets it. */
  install: string;
}

/** The path of an installed program, or an error that names it and says how to install it. */
export function findProgram(program: Program): string {
  const folders = [...(process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== ''), ...SERVER_FOLDERS];
  for (const folder of folders) {
    const path = join(folder, program.name);
    if (isExecutable(path)) return path;
  }
  throw new StartError(
    'missing_part',
    `${program.name} was not found (looked in ${[...new Set(folders)].join(', ')}): ${program.neededFor}. Install it: ${program.install}`,
  );
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
