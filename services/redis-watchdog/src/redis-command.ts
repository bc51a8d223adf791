import { connect } from 'node:net';
import { COMMAND_TIMEOUT_MS, REPLY_BYTES_MAX } from './limits.ts';

export interface NodeAddress {
  readonly host: string;
  readonly port: number;
}

/** A node that answers with an error: it lives. */
export class RedisRefusal extends Error {
  override readonly name = 'RedisRefusal';
}

/**
 * One command without arguments that need quoting to one node, on a connection of its own, and its reply as text. No
 * driver: one that reconnects, retries and follows redirections hides what is to be seen here.
 */
export function redisCommand({ host, port }: NodeAddress, ...words: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true });
    let received = '';
    const end = (error: Error | undefined, reply = ''): void => {
      clearTimeout(timer);
      socket.destroy();
      if (error) reject(error);
      else resolve(reply);
    };
    const timer = setTimeout(
      () =>
        end(new Error(`Redis at ${host}:${port} did not answer ${words.join(' ')} within ${COMMAND_TIMEOUT_MS} ms`)),
      COMMAND_TIMEOUT_MS,
    );
    socket.setEncoding('latin1');
    socket.once('connect', () => socket.write(`${words.join(' ')}\r\n`));
    socket.once('error', end);
    socket.once('close', () => end(new Error(`Redis at ${host}:${port} closed the connection`)));
    socket.on('data', (text: string) => {
      received += text;
      const reply = readReply(received);
      if (reply instanceof Error) end(reply);
      else if (reply !== undefined) end(undefined, reply);
      else if (received.length > REPLY_BYTES_MAX) end(new Error(`${host}:${port} does not answer as Redis does`));
    });
  });
}

/** A simple, integer, error or bulk reply of RESP2; undefined while it is incomplete. */
export function readReply(text: string): string | Error | undefined {
  const lineEnd = text.indexOf('\r\n');
  if (lineEnd < 0) return undefined;
  const line = text.slice(1, lineEnd);
  if (text[0] === '-') return new RedisRefusal(`Redis refused: ${line}`);
  if (text[0] === '+' || text[0] === ':') return line;
  const length = Number(line);
  if (text[0] !== '$' || !Number.isInteger(length)) return new Error('not a reply of Redis');
  if (length < 0) return '';
  const start = lineEnd + 2;
  return text.length < start + length + 2 ? undefined : text.slice(start, start + length);
}

/** Whether a node answers at all. That its port accepts says nothing: the kernel does that for a process that hangs. */
export const answers = (node: NodeAddress): Promise<boolean> =>
  redisCommand(node, 'PING').then(
    () => true,
    (error: unknown) => error instanceof RedisRefusal,
  );
