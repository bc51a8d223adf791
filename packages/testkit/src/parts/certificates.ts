import { execFile } from 'node:child_process';
import { randomBytes, X509Certificate } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { findProgram } from './program.ts';

const run = promisify(execFile);

const CA_DAYS = 3_650;
/** What browsers accept of a server's certificate at most, less a day. */
const SERVER_DAYS = 397;
/** A certificate with less than this left is made anew. */
const RENEW_BEFORE_MS = 30 * 86_400_000;

/** PEM files of a certificate for trying, and of the authority that a client is told to trust. */
export interface CertificateFiles {
  /** The authority's certificate: `curl --cacert`, `NODE_EXTRA_CA_CERTS`. */
  ca: string;
  certificate: string;
  /** Readable by this user only. */
  key: string;
}

export interface CertificateOptions {
  /** Made when absent, for this user only. The authority in it is used again, so that it is trusted once. */
  dir: string;
  /** Makes a new certificate also where the one there is good. */
  renew?: boolean;
}

/**
 * A certificate for `localhost`, `127.0.0.1` and `::1`, signed by an authority of its own. That authority may sign for
 * nothing else (name constraints): whoever trusts it in a browser risks nothing by it. Files are replaced in one step
 * each, the key last, as a certificate tool does it.
 */
export async function makeCertificates(options: CertificateOptions): Promise<CertificateFiles> {
  const dir = resolve(options.dir);
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const files = {
    ca: join(dir, 'ca.crt'),
    certificate: join(dir, 'server.crt'),
    key: join(dir, 'server.key'),
  };
  const caKey = join(dir, 'ca.key');
  if (!(await isGood(files.ca, caKey))) {
    await makeAuthority(dir, files.ca, caKey);
    await makeServer(dir, files, caKey);
  } else if (options.renew === true || !(await isGood(files.certificate, files.key))) {
    await makeServer(dir, files, caKey);
  }
  return files;
}

/** There, of one another, and good for a while. */
async function isGood(certificateFile: string, keyFile: string): Promise<boolean> {
  try {
    await readFile(keyFile);
    const certificate = new X509Certificate(await readFile(certificateFile));
    return Date.parse(certificate.validTo) - Date.now() > RENEW_BEFORE_MS;
  } catch {
    // Not there or not readable as what it should be: made anew.
    return false;
  }
}

async function makeAuthority(dir: string, certificateFile: string, keyFile: string): Promise<void> {
  await inTemporary(dir, async (folder) => {
    const [key, request, extensions, certificate] = ['key', 'request', 'extensions', 'certificate'].map((name) =>
      join(folder, name),
    ) as [string, string, string, string];
    await makeKey(key);
    await writeFile(
      extensions,
      [
        'basicConstraints = critical, CA:TRUE, pathlen:0',
        'keyUsage = critical, keyCertSign, cRLSign',
        'subjectKeyIdentifier = hash',
        'nameConstraints = critical, permitted;DNS:localhost, permitted;IP:127.0.0.0/255.0.0.0, permitted;IP:::1/ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
      ].join('\n'),
    );
    // Told apart from another folder's authority by whoever looks at a list of trusted ones.
    const name = `/CN=Tapecast on this machine ${randomBytes(4).toString('hex')}`;
    await openssl('req', '-new', '-key', key, '-subj', name, '-out', request);
    const signed = ['-signkey', key, '-days', `${CA_DAYS}`, '-extfile', extensions, '-out', certificate];
    await openssl('x509', '-req', '-in', request, '-sha256', ...signed);
    await rename(certificate, certificateFile);
    await rename(key, keyFile);
  });
}

async function makeServer(dir: string, files: CertificateFiles, caKey: string): Promise<void> {
  await inTemporary(dir, async (folder) => {
    const [key, request, extensions, certificate] = ['key', 'request', 'extensions', 'certificate'].map((name) =>
      join(folder, name),
    ) as [string, string, string, string];
    await makeKey(key);
    await writeFile(
      extensions,
      [
        'basicConstraints = critical, CA:FALSE',
        'keyUsage = critical, digitalSignature',
        'extendedKeyUsage = serverAuth',
        'subjectAltName = DNS:localhost, IP:127.0.0.1, IP:::1',
        'subjectKeyIdentifier = hash',
        'authorityKeyIdentifier = keyid',
      ].join('\n'),
    );
    await openssl('req', '-new', '-key', key, '-subj', '/CN=localhost', '-out', request);
    const serial = `0x${randomBytes(16).toString('hex')}`;
    const signed = ['-CA', files.ca, '-CAkey', caKey, '-set_serial', serial, '-days', `${SERVER_DAYS}`];
    await openssl('x509', '-req', '-in', request, '-sha256', ...signed, '-extfile', extensions, '-out', certificate);
    await rename(certificate, files.certificate);
    await rename(key, files.key);
  });
}

/** The curve that every client knows and that costs least to sign with. */
async function makeKey(file: string): Promise<void> {
  await writeFile(file, '', { mode: 0o600 });
  await openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', file);
  // Whatever the program did to the file.
  await chmod(file, 0o600);
}

/** Beside what it becomes, so that `rename` is one step. */
async function inTemporary(dir: string, make: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(dir, 'new-'));
  try {
    await make(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function openssl(...args: string[]): Promise<void> {
  const program = findProgram({
    name: 'openssl',
    neededFor: '--tls makes its certificate with OpenSSL 1.1.1 or later',
    install: '`apt-get install openssl` (Debian, Ubuntu) or `brew install openssl`',
  });
  await run(program, args);
}
