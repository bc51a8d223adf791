// Secrets for trying tokens with compose, in a folder of their own: `node deploy/make-secrets.mjs [.tapecast/compose]`.
// A certificate for the auth service with its own authority, a client that may grant everything, and the key that the
// signing keys are sealed with. Needs openssl and a built repository. What is there already stays.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { hashSecret, makeSecret } from '../packages/access/dist/client-secret.js';

const DAYS = '397';
const NAMES = 'subjectAltName=DNS:auth,DNS:localhost,IP:127.0.0.1';
const FILES = ['ca.crt', 'tls.crt', 'tls.key', 'clients.json', 'key-encryption-key', 'client-id', 'client-secret'];

function openssl(folder, ...args) {
  const done = spawnSync('openssl', args, { cwd: folder, encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`openssl ${args[0]} failed: ${done.error?.message ?? done.stderr}`);
  return done.stdout;
}

export async function makeSecrets(folder) {
  if (FILES.every((name) => existsSync(join(folder, name)))) return;
  // Only its owner gets into the folder. Files in it are read by the containers' user, whom the engine hands each by itself.
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  const write = (name, text) => writeFileSync(join(folder, name), text, { mode: 0o644 });

  const newKey = ['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  openssl(
    folder,
    ...newKey,
    '-x509',
    '-days',
    DAYS,
    '-subj',
    '/CN=Tapecast for trying',
    '-keyout',
    'ca.key',
    '-out',
    'ca.crt',
  );
  openssl(folder, ...newKey, '-subj', '/CN=auth', '-keyout', 'tls.key', '-out', 'tls.csr');
  write('names', `${NAMES}\nbasicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\n`);
  const signer = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial'];
  openssl(folder, 'x509', '-req', '-in', 'tls.csr', ...signer, '-days', DAYS, '-extfile', 'names', '-out', 'tls.crt');
  // It signs nothing more.
  for (const name of ['ca.key', 'ca.srl', 'tls.csr', 'names']) rmSync(join(folder, name), { force: true });
  chmodSync(join(folder, 'tls.key'), 0o644);

  const secret = makeSecret();
  const client = { id: 'trial', secret_hashes: [await hashSecret(secret)], channels: ['*'], symbols: ['*'] };
  write('clients.json', `${JSON.stringify({ clients: [client] }, undefined, 2)}\n`);
  write('client-id', `${client.id}\n`);
  write('client-secret', `${secret}\n`);
  if (!existsSync(join(folder, 'key-encryption-key')))
    write('key-encryption-key', openssl(folder, 'rand', '-base64', '32'));
}

if (process.argv[1] === import.meta.filename) {
  const folder = resolve(process.argv[2] ?? join(import.meta.dirname, '../.tapecast/compose'));
  await makeSecrets(folder);
  process.stdout.write(`${folder}: client ${readFileSync(join(folder, 'client-id'), 'utf8').trim()}\n`);
}
