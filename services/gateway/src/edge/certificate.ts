import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { open } from 'node:fs/promises';

/** PEM as it was read from the two files: the server's certificate, then those between it and an authority; its key. */
export interface CertificatePair {
  certificate: Buffer;
  key: Buffer;
}

/** What is served and looked at. */
export interface Certificate {
  serial: string;
  /** Unix ms. */
  expiresAtMs: number;
  /** The names it is for, as the certificate writes them: `DNS:edge.example, IP Address:192.0.2.1`. */
  names: string;
}

/** Why a pair of files can't be served. The message never has anything of the key in it. */
export class CertificateError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CertificateError';
  }
}

const BEGIN = /-----BEGIN CERTIFICATE-----/g;
const BLOCK = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;
/** What the socket library's TLS signs with. It takes Ed25519 keys without a word and then fails at every handshake. */
const KEY_TYPES: readonly string[] = ['rsa', 'ec'];

export async function readPair(certificateFile: string, keyFile: string, bytesMax: number): Promise<CertificatePair> {
  const [certificate, key] = await Promise.all([
    readBounded(certificateFile, '--tls-cert', bytesMax),
    readBounded(keyFile, '--tls-key', bytesMax),
  ]);
  return { certificate, key };
}

async function readBounded(file: string, option: string, bytesMax: number): Promise<Buffer> {
  try {
    const handle = await open(file);
    try {
      const bytes = Buffer.alloc(bytesMax + 1);
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0);
      if (bytesRead > bytesMax) throw new CertificateError(`${option} ${file} has more than ${bytesMax} bytes`);
      return Buffer.from(bytes.subarray(0, bytesRead));
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof CertificateError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw new CertificateError(`${option} ${file} can't be read (${code})`, { cause: error });
  }
}

export const samePair = (a: CertificatePair, b: CertificatePair): boolean =>
  a.certificate.equals(b.certificate) && a.key.equals(b.key);

/** What a pair is, or why it can't be served. Pure: time is passed in. */
export function checkPair({ certificate, key }: CertificatePair, nowMs: number): Certificate {
  const chain = parseChain(certificate.toString('latin1'));
  const [server] = chain;
  if (server === undefined)
    throw new CertificateError('--tls-cert has no certificate: PEM with BEGIN CERTIFICATE is expected');
  const privateKey = parseKey(key);
  if (!KEY_TYPES.includes(privateKey.asymmetricKeyType ?? ''))
    throw new CertificateError(`--tls-key is of type ${privateKey.asymmetricKeyType}; RSA or EC is expected`);
  if (!server.checkPrivateKey(privateKey))
    throw new CertificateError(
      '--tls-key is not the key of the first certificate in --tls-cert: both files must be of one renewal',
    );
  const fromMs = Date.parse(server.validFrom);
  const expiresAtMs = Date.parse(server.validTo);
  if (expiresAtMs <= nowMs)
    throw new CertificateError(`--tls-cert expired at ${new Date(expiresAtMs).toISOString()}: renew it`);
  if (fromMs > nowMs)
    throw new CertificateError(
      `--tls-cert is valid only from ${new Date(fromMs).toISOString()} on; is this machine's clock right?`,
    );
  return { serial: server.serialNumber, expiresAtMs, names: server.subjectAltName ?? server.subject };
}

function parseChain(text: string): X509Certificate[] {
  const blocks = text.match(BLOCK) ?? [];
  if (blocks.length !== (text.match(BEGIN) ?? []).length)
    throw new CertificateError('--tls-cert ends within a certificate: it is not written to its end, or cut off');
  return blocks.map((block, i) => {
    try {
      return new X509Certificate(block);
    } catch (error) {
      throw new CertificateError(`certificate ${i + 1} of --tls-cert can't be read as one`, { cause: error });
    }
  });
}

function parseKey(pem: Buffer): KeyObject {
  if (pem.includes('ENCRYPTED'))
    throw new CertificateError('--tls-key has a passphrase: give a key without one, readable by this user only');
  try {
    return createPrivateKey(pem);
  } catch (error) {
    throw new CertificateError('--tls-key has no private key: PEM with BEGIN PRIVATE KEY is expected', {
      cause: error,
    });
  }
}
