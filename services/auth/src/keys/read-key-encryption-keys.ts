import { readFileSync } from 'node:fs';
import { StartError } from '@tapecast/service-kit';
import { KEY_ENCRYPTION_KEYS_MAX } from '../limits.ts';
import { type KeyEncryptionKey, keyEncryptionKey } from './sealed-ring.ts';

const KEY_BYTES = 32;
const HOW = 'Make one with: openssl rand -base64 32';

/** The first seals and opens, the others open only. From a file, or as text. Throws StartError; no part of a key is in it. */
export function readKeyEncryptionKeys(file: string, text: string): KeyEncryptionKey[] {
  if ((file === '') === (text === ''))
    throw new StartError(
      'bad_option',
      `signing keys are sealed with a key of their own: give either --key-encryption-key-file, or TAPECAST_KEY_ENCRYPTION_KEY in the environment. ${HOW}`,
    );
  const from = file === '' ? 'the key-encryption key' : `--key-encryption-key-file ${file}`;
  const lines = (file === '' ? text : readText(file)).split(/\s+/).filter((line) => line !== '');
  if (lines.length === 0 || lines.length > KEY_ENCRYPTION_KEYS_MAX)
    throw new StartError(
      'bad_option',
      `${from} has ${lines.length} keys; expected 1 to ${KEY_ENCRYPTION_KEYS_MAX}, one a line. ${HOW}`,
    );
  return lines.map((line, i) => {
    const secret = Buffer.from(line, 'base64');
    if (secret.length !== KEY_BYTES || secret.toString('base64').replace(/=+$/, '') !== line.replace(/=+$/, ''))
      throw new StartError('bad_option', `${from}: key ${i + 1} is not ${KEY_BYTES} bytes as base64. ${HOW}`);
    return keyEncryptionKey(secret);
  });
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    throw new StartError('bad_option', `--key-encryption-key-file ${file} can't be read (${why}). ${HOW}`, { cause });
  }
}
