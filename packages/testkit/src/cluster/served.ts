import { setTimeout as delay } from 'node:timers/promises';
import { SERVED_DEADLINE_MS } from './limits.ts';

const POLL_MS = 50;
const TRY_MS = 2_000;

/** Waits until a client of the edge at `port` is greeted; rejects with what it got instead. */
export async function untilServed(port: number): Promise<void> {
  const deadline = performance.now() + SERVED_DEADLINE_MS;
  for (;;) {
    const answer = await greeting(`ws://127.0.0.1:${port}/v1/stream`);
    if (answer === '') return;
    if (performance.now() > deadline) {
      throw new Error(
        `no client is served through nginx at 127.0.0.1:${port} after ${SERVED_DEADLINE_MS} ms: ${answer}`,
      );
    }
    await delay(POLL_MS);
  }
}

/** '' when the first message is `hello`. */
function greeting(url: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = new WebSocket(url);
    const end = (answer: string): void => {
      clearTimeout(timer);
      socket.close();
      resolve(answer);
    };
    const timer = setTimeout(() => end(`no message within ${TRY_MS} ms`), TRY_MS);
    socket.onmessage = ({ data }) => {
      const text = String(data);
      end(/"type":\s*"hello"/.test(text) ? '' : `the first message is ${text.slice(0, 200)}`);
    };
    socket.onerror = () => end('the connection failed');
    socket.onclose = ({ code, reason }) => end(`closed with ${code} ${reason}`);
  });
}
