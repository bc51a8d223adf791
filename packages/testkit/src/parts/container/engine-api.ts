import { type IncomingMessage, type RequestOptions, request } from 'node:http';
import type { Readable } from 'node:stream';

/** An answer of the engine in one piece is some 100 kB at most. */
const REPLY_BYTES_MAX = 16 * 1024 * 1024;
/** An engine that is there answers at once, also while it works for others. */
const ANSWER_MS = 10_000;

export interface EngineReply {
  status: number;
  text: string;
}

export interface EngineCall {
  /** Sent as a tar archive. */
  tar?: Readable;
  /** ms until the answer is complete; default 10 s, 0 for no bound. */
  timeoutMs?: number;
  /** Called with each piece of the answer. */
  onProgress?: () => void;
  signal?: AbortSignal;
}

/** The engine's HTTP API at a `DOCKER_HOST`, as far as it is needed around the start of a container. */
export class EngineApi {
  readonly host: string;
  readonly #address: Pick<RequestOptions, 'socketPath' | 'host' | 'port'>;

  /** `unix:///var/run/docker.sock` or `tcp://127.0.0.1:2375`; others are no address of an engine on this machine. */
  constructor(host: string) {
    this.host = host;
    const url = new URL(host);
    if (url.protocol === 'unix:') this.#address = { socketPath: url.pathname };
    else if (url.protocol === 'tcp:' || url.protocol === 'http:')
      this.#address = { host: url.hostname, port: url.port || 2375 };
    else throw new TypeError(`${host} begins with neither unix:// nor tcp://`);
  }

  /** Resolves with the answer whatever its status; rejects when the engine does not answer. */
  ask(method: string, path: string, call: EngineCall = {}): Promise<EngineReply> {
    const { tar, timeoutMs = ANSWER_MS, onProgress, signal } = call;
    const signals = [signal, timeoutMs > 0 ? AbortSignal.timeout(timeoutMs) : undefined].filter(
      (each) => each !== undefined,
    );
    return new Promise((resolve, reject) => {
      const headers: Record<string, string> = tar === undefined ? {} : { 'Content-Type': 'application/x-tar' };
      const sent = request({ ...this.#address, method, path, headers, signal: AbortSignal.any(signals) });
      sent.once('error', reject);
      sent.once('response', (reply) => {
        readReply(reply, onProgress).then(resolve, reject);
      });
      if (tar === undefined) sent.end();
      else {
        tar.once('error', (error) => sent.destroy(error));
        tar.pipe(sent);
      }
    });
  }

  /** The answer as JSON; rejects with the engine's own words when it refused. */
  async json<T>(method: string, path: string, call?: EngineCall): Promise<T> {
    const { status, text } = await this.ask(method, path, call);
    if (status >= 400) throw new Error(`the container engine refused ${method} ${path}: ${refusal(text)}`);
    // The engine's API is versioned; its answers have the shapes that it documents.
    return JSON.parse(text) as T;
  }

  /** Removes a container with its volumes, running or not. One that is gone, or going, is well. */
  async removeContainer(id: string): Promise<void> {
    const { status, text } = await this.ask('DELETE', `/containers/${id}?force=true&v=true`, { timeoutMs: 30_000 });
    if (status >= 400 && status !== 404 && status !== 409)
      throw new Error(`the container engine did not remove ${id}: ${refusal(text)}`);
  }

  /** Ids of the containers with a label, in whatever state. */
  async containersWith(label: string): Promise<string[]> {
    const filters = encodeURIComponent(JSON.stringify({ label: [label] }));
    const found = await this.json<{ Id: string }[]>('GET', `/containers/json?all=true&filters=${filters}`);
    return found.map(({ Id }) => Id);
  }
}

/** `{"message":"…"}`, or whatever it said. */
export function refusal(text: string): string {
  return /"message":"((?:[^"\\]|\\.)*)"/.exec(text)?.[1]?.replaceAll('\\"', '"') ?? text.trim().slice(-300);
}

async function readReply(reply: IncomingMessage, onProgress?: () => void): Promise<EngineReply> {
  let text = '';
  reply.setEncoding('utf8');
  for await (const piece of reply) {
    text += piece;
    onProgress?.();
    if (text.length > REPLY_BYTES_MAX) throw new Error('the container engine does not come to an end');
  }
  return { status: reply.statusCode ?? 0, text };
}
