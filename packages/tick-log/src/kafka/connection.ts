import { connect, type Socket } from 'node:net';
import Connection from 'kafkajs/src/network/connection.js';
import protocolErrors from 'kafkajs/src/protocol/error.js';
import apiKeys from 'kafkajs/src/protocol/requests/apiKeys.js';
import kafkajsProtocol from 'kafkajs/src/protocol/requests/index.js';
import { LIMITS } from '../limits.ts';
import { BrokerRefused, ConnectionLost, KAFKA } from './broker-error.ts';

/**
 * The only file, with `group-protocol.ts`, that imports kafkajs. Of it we use one connection (framing, correlation) and the codecs of requests.
 * Its producer, consumer and cluster are not used, because the losses known of them are in how they retry, seek and
 * reset; those decisions are in this folder instead. Lifetimes:
 *
 * | thing            | made                                    | ends                                                        |
 * |------------------|-----------------------------------------|-------------------------------------------------------------|
 * | BrokerConnection | `open`, one a purpose and broker        | `close`, an error, or an answer that is late: all three are final |
 * | request          | `call`, `exchange`                      | its answer, its deadline, or the end of its connection      |
 * | socket           | by the connection                       | destroyed with it; nothing is waited for                    |
 */

/** Makes the TCP connection to a broker; tests put a faulty network here. */
export type SocketFactory = (address: Address) => Socket;

export interface Address {
  host: string;
  port: number;
}

/** Replies of a few bytes must not wait for Nagle's algorithm: 40 ms a flush. */
export function plainSocket({ host, port }: Address): Socket {
  return connect({ host, port, noDelay: true, keepAlive: true });
}

/** A request whose bytes are made and read by us. */
export interface Exchange<T> {
  api: 'Produce' | 'Fetch';
  version: number;
  body: Buffer;
  decode(payload: Buffer): T;
}

const SILENT = {
  namespace: () => SILENT,
  debug: () => {},
  info: () => {},
  warn: () => {},
  // Each of these comes to the caller as a rejection too, and is logged there once, with its context.
  error: () => {},
};

export class BrokerConnection {
  readonly address: Address;
  readonly #connection: Connection;
  #versions = new Map<number, { min: number; max: number }>();
  #lost: ConnectionLost | undefined;

  private constructor(address: Address, clientId: string, socketFactory: SocketFactory) {
    this.address = address;
    this.#connection = new Connection({
      ...address,
      clientId,
      logger: SILENT,
      socketFactory: ({ onConnect }) => {
        const socket = socketFactory(address).once('connect', onConnect);
        // kafkajs hears of 'end' and 'error'; a socket that is destroyed emits neither.
        return socket.once('close', () => this.close('the broker closed the connection'));
      },
      connectionTimeout: LIMITS.connectDeadlineMs,
      requestTimeout: LIMITS.requestDeadlineMs,
      // Deadlines are ours: one that passes ends the connection.
      enforceRequestTimeout: false,
    });
  }

  /** Connects and learns which versions the broker speaks: a hung broker is found out here, within two deadlines. */
  static async open(address: Address, clientId: string, socketFactory: SocketFactory): Promise<BrokerConnection> {
    const connection = new BrokerConnection(address, clientId, socketFactory);
    try {
      await connection.#connection.connect();
    } catch (cause) {
      throw connection.close('connecting failed', cause);
    }
    const answer = await connection.#ask<ApiVersions>('ApiVersions', 2, {}, LIMITS.connectDeadlineMs);
    for (const { apiKey, minVersion, maxVersion } of answer.apiVersions) {
      connection.#versions.set(apiKey, { min: minVersion, max: maxVersion });
    }
    return connection;
  }

  get open(): boolean {
    return this.#lost === undefined && this.#connection.isConnected();
  }

  /** Sends a request of which kafkajs knows the codec, in the newest version both sides know. Error codes are the caller's to look at. */
  async call<T>(api: string, args: object, deadlineMs: number = LIMITS.requestDeadlineMs): Promise<T> {
    const definition = kafkajsProtocol.requests[api]!;
    const newest = Math.max(...definition.versions.map(Number));
    return this.#ask(api, this.#version(api, newest), args, deadlineMs);
  }

  async exchange<T>({ api, version, body, decode }: Exchange<T>, deadlineMs: number): Promise<T> {
    if (this.#version(api, version) !== version)
      throw new BrokerRefused(KAFKA.unsupportedVersion, `${api} version ${version}`);
    // kafkajs takes for an encoder what has `buf`, `buffer` and `size`.
    const encoded = { buf: body, buffer: body, size: () => body.length };
    const request = { apiKey: apiKeys[api], apiVersion: version, apiName: api, encode: async () => encoded };
    return this.#send(request, { decode: async (payload: Buffer) => ({ value: decode(payload) }) }, deadlineMs);
  }

  /** Final. Rejects what is under way and returns with what. */
  close(why: string, cause?: unknown): ConnectionLost {
    const { host, port } = this.address;
    this.#lost ??= new ConnectionLost(`${host}:${port}: ${why}`, cause === undefined ? {} : { cause });
    this.#connection.rejectRequests(this.#lost);
    this.#connection.socket?.destroy();
    return this.#lost;
  }

  #version(api: string, newest: number): number {
    const range = this.#versions.get(apiKeys[api]!);
    if (range === undefined || range.min > newest)
      throw new BrokerRefused(KAFKA.unsupportedVersion, `${api} in a version we know`);
    return Math.min(newest, range.max);
  }

  async #ask<T>(api: string, version: number, args: object, deadlineMs: number): Promise<T> {
    const { request, response } = kafkajsProtocol.requests[api]!.protocol({ version })(args);
    const decode = async (payload: Buffer): Promise<{ value: unknown }> => ({ value: await response.decode(payload) });
    return this.#send(request, { decode }, deadlineMs);
  }

  /** Without kafkajs's `parse`, which turns the first error code of an answer about many partitions into an exception for all. */
  async #send<T>(
    request: object,
    response: { decode(payload: Buffer): Promise<{ value: unknown }> },
    deadlineMs: number,
  ): Promise<T> {
    if (this.#lost !== undefined) throw this.#lost;
    const parse = async (decoded: { value: T }): Promise<T> => decoded.value;
    const late = setTimeout(() => this.close(`no answer within ${deadlineMs} ms`), deadlineMs);
    try {
      return await this.#connection.send<T>({ request, response: { ...response, parse }, logResponseError: false });
    } catch (cause) {
      throw this.close('the connection failed', cause);
    } finally {
      clearTimeout(late);
    }
  }
}

export function codeName(code: number): string {
  return protocolErrors.errorCodes.find((entry) => entry.code === code)?.type ?? `code ${code}`;
}

/** A code that kafkajs's table does not know is taken for final: trying for ever what can't work would hide it. */
export function isRetryable(code: number): boolean {
  return protocolErrors.errorCodes.find((entry) => entry.code === code)?.retriable ?? false;
}

interface ApiVersions {
  apiVersions: { apiKey: number; minVersion: number; maxVersion: number }[];
}
