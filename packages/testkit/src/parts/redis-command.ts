import { connect } from 'node:net';

const TIMEOUT_MS = 1_000;
/** Replies of CLUSTER and INFO are some kB; more is not one of them. */
const REPLY_BYTES_MAX = 1024 * 1024;

/**
 * One command without binary arguments to one Redis node on 127.0.0.1, and its reply as text. Enough to watch a cluster;
 * what our services say to Redis goes through `@tapecast/market-state`.
 */
export function redisCommand(port: number, ...words: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port });
    let received = '';
    const end = (error: Error | undefined, reply = ''): void => {
      clearTimeout(timer);
      socket.destroy();
      if (error) reject(error);
      else resolve(reply);
    };
    const timer = setTimeout(
      () => end(new Error(`Redis at 127.0.0.1:${port} did not answer ${words.join(' ')} within ${TIMEOUT_MS} ms`)),
      TIMEOUT_MS,
    );
    socket.setEncoding('latin1');
    socket.once('connect', () => socket.write(`${words.join(' ')}\r\n`));
    socket.once('error', end);
    socket.once('close', () => end(new Error(`Redis at 127.0.0.1:${port} closed the connection`)));
    socket.on('data', (text: string) => {
      received += text;
      const reply = readReply(received);
      if (reply instanceof Error) end(reply);
      else if (reply !== undefined) end(undefined, reply);
      else if (received.length > REPLY_BYTES_MAX) end(new Error(`Redis at 127.0.0.1:${port} does not come to an end`));
    });
  });
}

/** A simple, integer, error or bulk reply of RESP2; undefined while it is incomplete. */
function readReply(text: string): string | Error | undefined {
  const lineEnd = text.indexOf('\r\n');
  if (lineEnd < 0) return undefined;
  const line = text.slice(1, lineEnd);
  if (text[0] === '-') return new Error(`Redis refused: ${line}`);
  if (text[0] !== '$') return line;
  const length = Number(line);
  const start = lineEnd + 2;
  if (length < 0) return '';
  return text.length < start + length + 2 ? undefined : text.slice(start, start + length);
}
