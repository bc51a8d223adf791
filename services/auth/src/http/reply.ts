import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { BODY_BYTES_MAX } from '../limits.ts';

export interface Reply {
  status: number;
  body: string;
  headers?: OutgoingHttpHeaders;
}

export const json = (status: number, content: object, headers: OutgoingHttpHeaders = {}): Reply => ({
  status,
  body: JSON.stringify(content),
  headers: { 'content-type': 'application/json', ...headers },
});

/** An answer with a token, or with why there is none, is nobody's to keep (RFC 6749, section 5.1). */
export const UNSTORED: OutgoingHttpHeaders = { 'cache-control': 'no-store', pragma: 'no-cache' };

export function send(response: ServerResponse, reply: Reply, withBody: boolean): void {
  if (response.destroyed || response.headersSent) return;
  response.writeHead(reply.status, {
    'x-content-type-options': 'nosniff',
    'content-length': Buffer.byteLength(reply.body),
    ...reply.headers,
  });
  response.end(withBody ? reply.body : undefined);
}

/** Undefined when it is too long; then no more of it is read. Rejects when the client goes before its end. */
export async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > BODY_BYTES_MAX) return undefined;
  const parts: Buffer[] = [];
  let bytes = 0;
  // Left before its end it must live on: the answer goes out on the same socket.
  for await (const part of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > BODY_BYTES_MAX) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts);
}
