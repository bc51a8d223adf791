import { statSync } from 'node:fs';
import { FILE_CHECK_MS } from './limits.ts';

/**
 * Calls `changed` when any of the files is another than before. Looks instead of listening: a mounted secret changes by
 * its folder's link being turned over, which no event of the file tells. Returns what ends it.
 */
export function watchFiles(files: readonly string[], changed: () => void): () => void {
  let seen = stampOf(files);
  const timer = setInterval(() => {
    const now = stampOf(files);
    if (now === seen) return;
    seen = now;
    changed();
  }, FILE_CHECK_MS);
  timer.unref();
  return () => clearInterval(timer);
}

const stampOf = (files: readonly string[]): string =>
  files
    .map((file) => {
      const found = statSync(file, { throwIfNoEntry: false });
      return found === undefined ? 'absent' : `${found.ino} ${found.size} ${found.mtimeMs}`;
    })
    .join('|');
