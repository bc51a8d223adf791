import { readFile, stat } from 'node:fs/promises';
import { AccessError } from './access-error.ts';
import { DEFAULT_KEY_LIMITS, type KeyLimits } from './limits.ts';

/** A document of keys as it was read. `text` is undefined where it is what it was. */
export interface KeyDocument {
  text: string | undefined;
  /** How long it may be used without being looked at again. */
  maxAgeMs: number;
}

/** Where keys come from. `read` rejects with AccessError. */
export interface KeySource {
  /** For logs and errors: an address without its query and credentials. */
  readonly name: string;
  readonly cooldownMs: number;
  /** `again`: unchanged is no answer, the text is wanted. */
  read(again: boolean, signal: AbortSignal): Promise<KeyDocument>;
}

/** `where` is a path, `file:` or `http(s):` address. Throws AccessError (`bad_source`) where it is none that may be used. */
export function openKeySource(where: string, limits: KeyLimits): KeySource {
  if (!/^[a-z][a-z0-9+.-]+:/i.test(where)) return fileSource(where, limits);
  const address = URL.canParse(where) ? new URL(where) : undefined;
  if (address?.protocol === 'file:') return fileSource(address, limits);
  if (address === undefined || !['http:', 'https:'].includes(address.protocol))
    throw new AccessError(
      'bad_source',
      'keys can be read from a file or from an address that begins https:// or http://',
    );
  if (address.username !== '' || address.password !== '')
    throw new AccessError(
      'bad_source',
      'the address of keys has a user or password in it: keys to verify with are public',
    );
  if (address.protocol === 'http:' && !isLoopback(address.hostname)) {
    throw new AccessError(
      'bad_source',
      'keys over http:// from another machine can be replaced by anyone on the way, who could then make tokens. Use https://, a file, or an address of this machine',
    );
  }
  return httpSource(address, limits);
}

/** Throws AccessError (`bad_source`) where keys may not come from there. Whether they do is not looked at. */
export function checkKeySource(where: string): void {
  openKeySource(where, DEFAULT_KEY_LIMITS);
}

const isLoopback = (host: string): boolean => host === 'localhost' || host === '[::1]' || /^127\./.test(host);

function fileSource(path: string | URL, limits: KeyLimits): KeySource {
  const name = path instanceof URL ? path.pathname : path;
  let seen = '';
  return {
    name,
    cooldownMs: limits.fileCooldownMs,
    async read(again) {
      try {
        const { mtimeMs, size, ino } = await stat(path);
        const now = `${mtimeMs} ${size} ${ino}`;
        if (now === seen && !again) return { text: undefined, maxAgeMs: limits.fileCheckMs };
        if (size > limits.documentBytesMax) throw tooLong(name, limits);
        const text = await readFile(path, 'utf8');
        seen = now;
        return { text, maxAgeMs: limits.fileCheckMs };
      } catch (error) {
        if (error instanceof AccessError) throw error;
        throw new AccessError('keys_unreachable', `the file of keys ${name} can't be read (${codeOf(error)})`, {
          cause: error,
        });
      }
    },
  };
}

function httpSource(address: URL, limits: KeyLimits): KeySource {
  const name = `${address.origin}${address.pathname}`;
  return {
    name,
    cooldownMs: limits.cooldownMs,
    async read(_again, signal) {
      try {
        const response = await fetch(address, {
          signal: AbortSignal.any([signal, AbortSignal.timeout(limits.fetchMs)]),
          // Whoever answers must be whom the operator named.
          redirect: 'error',
          headers: { accept: 'application/jwk-set+json, application/json' },
        });
        if (response.status !== 200) {
          await response.body?.cancel();
          throw new AccessError(
            'keys_unreachable',
            `${name} answered ${response.status} where 200 with keys was expected`,
          );
        }
        return {
          text: await readBody(response, name, limits),
          maxAgeMs: maxAgeOf(response.headers.get('cache-control') ?? '', limits),
        };
      } catch (error) {
        if (error instanceof AccessError) throw error;
        throw new AccessError('keys_unreachable', `${name} does not answer (${codeOf(error)})`, { cause: error });
      }
    },
  };
}

async function readBody(response: Response, name: string, limits: KeyLimits): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // Leaving the loop cancels the body.
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > limits.documentBytesMax) throw tooLong(name, limits);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

const tooLong = (name: string, limits: KeyLimits): AccessError =>
  new AccessError('keys_unreachable', `${name} has more than ${limits.documentBytesMax} bytes`);

/** `no-store` and `max-age=0` mean as seldom as we may. */
function maxAgeOf(header: string, limits: KeyLimits): number {
  if (/\bno-(store|cache)\b/i.test(header)) return limits.maxAgeMsMin;
  const seconds = /\bmax-age\s*=\s*"?(\d{1,10})/i.exec(header)?.[1];
  if (seconds === undefined) return limits.maxAgeMsDefault;
  return Math.min(limits.maxAgeMsMax, Math.max(limits.maxAgeMsMin, Number(seconds) * 1000));
}

function codeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string') return cause.code;
  return cause instanceof Error ? cause.name : 'unknown';
}
