import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerOptions } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { createSecureContext } from 'node:tls';
import { isLoopback, type Logger, StartError } from '@tapecast/service-kit';
import type { AuthConfig } from '../config.ts';
import {
  CONNECTIONS_MAX,
  CONNECTIONS_PER_ADDRESS_MAX,
  HEADER_BYTES_MAX,
  HEADERS_MS_MAX,
  KEEP_ALIVE_MS,
  REQUEST_MS_MAX,
  STOP_MS,
} from '../limits.ts';
import type { AuthMetrics } from '../metrics.ts';
import { watchFiles } from '../watched-files.ts';
import { plainAddress } from './client-address.ts';

export interface ListeningServer {
  readonly port: number;
  readonly url: string;
  close(): Promise<void>;
}

const BOUNDS: ServerOptions = {
  headersTimeout: HEADERS_MS_MAX,
  requestTimeout: REQUEST_MS_MAX,
  keepAliveTimeout: KEEP_ALIVE_MS,
  maxHeaderSize: HEADER_BYTES_MAX,
  connectionsCheckingInterval: 1_000,
};

/** What an address may be served with; throws StartError before anything is opened. */
export function checkListening(config: AuthConfig): void {
  const tls = config.tlsCert || config.tlsKey;
  if (tls && !(config.tlsCert && config.tlsKey))
    throw new StartError(
      'bad_option',
      '--tls-cert and --tls-key belong together: a certificate chain and its private key',
    );
  if (tls || isLoopback(config.host) || config.plaintextBeyondLoopback) return;
  throw new StartError(
    'unsafe_listen',
    `secrets and tokens must not cross a network as plain text, and ${config.host} is reached by other machines. Give --tls-cert and --tls-key, listen on 127.0.0.1 behind a proxy that speaks TLS, or say --plaintext-beyond-loopback.`,
  );
}

export async function listen(
  config: AuthConfig,
  handle: RequestListener,
  logger: Logger,
  metrics: AuthMetrics,
): Promise<ListeningServer> {
  checkListening(config);
  const files = config.tlsCert && config.tlsKey ? { cert: config.tlsCert, key: config.tlsKey } : undefined;
  const server =
    files === undefined ? createServer(BOUNDS, handle) : createTlsServer({ ...BOUNDS, ...certificate(files) }, handle);
  server.maxConnections = CONNECTIONS_MAX;
  boundConnections(server, new Set(config.trustedProxies));
  const unwatch = files === undefined ? () => undefined : reload(server as TlsServer, files, logger, metrics);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const taken = `${config.host}:${config.port} is taken by another process. Choose another port with --port, or stop that process.`;
      reject(cause.code === 'EADDRINUSE' ? new StartError('port_taken', taken, { cause }) : cause);
    });
    server.listen({ port: config.port, host: config.host, exclusive: true }, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const host = config.host.includes(':') ? `[${config.host}]` : config.host;
  return {
    port,
    url: `${files === undefined ? 'http' : 'https'}://${host}:${port}`,
    close: () => {
      unwatch();
      return stopped(server);
    },
  };
}

/** A connection costs memory and a descriptor before it has asked for anything. */
function boundConnections(server: Server, trusted: ReadonlySet<string>): void {
  const open = new Map<string, number>();
  server.on('connection', (socket: Socket) => {
    const address = plainAddress(socket.remoteAddress ?? '');
    if (trusted.has(address)) return;
    const count = (open.get(address) ?? 0) + 1;
    if (count > CONNECTIONS_PER_ADDRESS_MAX) {
      socket.destroy();
      return;
    }
    open.set(address, count);
    socket.once('close', () => {
      const left = (open.get(address) ?? 1) - 1;
      if (left === 0) open.delete(address);
      else open.set(address, left);
    });
  });
}

interface CertificateFiles {
  cert: string;
  key: string;
}

/** Throws StartError where the two are no certificate and its key. */
function certificate(files: CertificateFiles): { cert: string; key: string } {
  try {
    const pem = { cert: readFileSync(files.cert, 'utf8'), key: readFileSync(files.key, 'utf8') };
    createSecureContext(pem);
    return pem;
  } catch (cause) {
    // The code alone: a parser's words may repeat a part of the key.
    const why = (cause as NodeJS.ErrnoException).code ?? 'no PEM';
    throw new StartError(
      'bad_option',
      `--tls-cert ${files.cert} and --tls-key ${files.key} can't be used (${why}). Expected a PEM certificate chain and the private key of its first certificate.`,
      { cause },
    );
  }
}

/** Connections that stand keep their certificate; those that come get the new one. One that can't be used changes nothing. */
function reload(server: TlsServer, files: CertificateFiles, logger: Logger, metrics: AuthMetrics): () => void {
  return watchFiles([files.cert, files.key], () => {
    try {
      server.setSecureContext(certificate(files));
      metrics.fileRead('certificate', true);
      logger.info({ event: 'certificate_read' });
    } catch (error) {
      metrics.fileRead('certificate', false);
      const why = error instanceof StartError ? error.message : 'unexpected';
      logger.error({ event: 'certificate_refused', error: why }, 'the certificate of before goes on');
    }
  });
}

async function stopped(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  server.closeIdleConnections();
  const hard = setTimeout(() => server.closeAllConnections(), STOP_MS);
  await closed;
  clearTimeout(hard);
}

/** Path of a request, without its query. */
export const pathOf = (request: IncomingMessage): string => (request.url ?? '/').split('?', 1)[0] as string;
