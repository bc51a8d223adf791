import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import { SERVED_DEADLINE_MS } from './limits.ts';

const POLL_MS = 50;
const TRY_MS = 2_000;

/** Waits until a client of the edge at `stream` is greeted; rejects with what it got instead. `caFile`: whom it trusts. */
export async function untilServed(stream: string, caFile?: string): Promise<void> {
  const ca = caFile === undefined ? undefined : await readFile(caFile);
  const deadline = performance.now() + SERVED_DEADLINE_MS;
  for (;;) {
    const answer = await greeting(stream, ca);
    if (answer === '') return;
    if (performance.now() > deadline) {
      throw new Error(`no client is served through nginx at ${stream} after ${SERVED_DEADLINE_MS} ms: ${answer}`);
    }
    await delay(POLL_MS);
  }
}

/** '' when the first message is `hello`. By hand: Node's own WebSocket can't be told whom to trust. */
function greeting(stream: string, ca: Buffer | undefined): Promise<string> {
  return new Promise((resolve) => {
    const headers = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': randomBytes(16).toString('base64'),
    };
    const end = (answer: string): void => {
      clearTimeout(timer);
      asked.destroy();
      resolve(answer);
    };
    const timer = setTimeout(() => end(`no message within ${TRY_MS} ms`), TRY_MS);
    const url = stream.replace(/^ws/, 'http');
    const asked = url.startsWith('https:')
      ? requestTls(url, { headers, agent: false, ...(ca === undefined ? {} : { ca }) })
      : requestPlain(url, { headers, agent: false });
    asked.on('response', ({ statusCode }) => end(`HTTP ${statusCode}`));
    asked.on('error', ({ message }) => end(`the connection failed: ${message}`));
    asked.on('upgrade', (_, socket, head) => {
      let text = head.toString('latin1');
      const look = (): void => {
        // An unmasked frame of text, after its header of two or four bytes. A client says nothing before it is greeted.
        if (/"type":\s*"hello"/.test(text)) {
          socket.destroy();
          end('');
        }
      };
      socket.on('data', (bytes: Buffer) => {
        text += bytes.toString('latin1');
        look();
      });
      socket.on('error', ({ message }) => end(`the connection failed: ${message}`));
      socket.on('close', () => end(`closed after ${JSON.stringify(text.slice(0, 200))}`));
      look();
    });
    asked.end();
  });
}
