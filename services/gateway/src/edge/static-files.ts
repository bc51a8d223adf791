import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { StartError } from '@tapecast/service-kit';

export interface StaticFile {
  body: Uint8Array;
  type: string;
  /** What the browser may keep: names with a hash of their content for good, others after asking. */
  cache: string;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.map': 'application/json',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
};

/** As vite names what it built: `assets/index-BxY3_k2a.js`. */
const HASHED = /\/assets\/[^/]+-[A-Za-z0-9_-]{8,}\.[a-z0-9]+$/;

/** Reads a folder into memory, by URL path. Links are not followed, and nothing outside the folder is ever named. */
export async function readStaticFiles(dir: string, bytesMax: number): Promise<ReadonlyMap<string, StaticFile>> {
  const files = new Map<string, StaticFile>();
  let bytes = 0;
  const entries = await readdir(dir, { withFileTypes: true, recursive: true }).catch((error: unknown) => {
    throw new StartError('missing_part', `The page's folder ${dir} can't be read: build it, or start without a page.`, {
      cause: error,
    });
  });
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    const body = await readFile(file);
    bytes += body.byteLength;
    if (bytes > bytesMax)
      throw new StartError(
        'missing_part',
        `The page's folder ${dir} has more than ${bytesMax} bytes: is it the right one?`,
      );
    const path = `/${relative(dir, file).split(sep).join('/')}`;
    files.set(path, {
      body,
      type: TYPES[extname(entry.name).toLowerCase()] ?? 'application/octet-stream',
      cache: HASHED.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache',
    });
  }
  const index = files.get('/index.html');
  if (index !== undefined) files.set('/', index);
  return files;
}

/** The page loads only what this gateway serves; styles set by its scripts are allowed, scripts in the text are not. */
export const PAGE_HEADERS: readonly (readonly [string, string])[] = [
  [
    'content-security-policy',
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  ],
  ['x-content-type-options', 'nosniff'],
  ['referrer-policy', 'no-referrer'],
];
