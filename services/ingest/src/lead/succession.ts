import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import type { Logger } from '@tapecast/service-kit';
import { messageOf } from '../errors.ts';

/**
 * Names this start, and the one before it with the same spool. The caller has the spool open, which one process at a time
 * can: so the one before has ended, and its lease need not run out first. The names lie beside the folder.
 */
export async function succeed(spoolDir: string, logger: Logger): Promise<{ name: string; ended: string | undefined }> {
  const path = `${spoolDir.replace(/\/+$/, '')}.owner`;
  const name = randomUUID();
  let ended: string | undefined;
  try {
    const text = await readFile(path, 'utf8');
    // Whatever else stands there is nobody's name.
    if (/^[0-9a-f-]{36}$/.test(text)) ended = text;
  } catch {
    // The first start here.
  }
  try {
    await writeFile(path, name);
  } catch (error) {
    logger.warn({ event: 'succession_unknown', path, reason: messageOf(error) });
  }
  return { name, ended };
}
