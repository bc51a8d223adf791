/** The parts of kafkajs 2.2.4 (exact version in package.json) that we use below its public API: one connection, and the codecs of requests. */

declare module 'kafkajs/src/network/connection.js' {
  import type { Socket } from 'node:net';

  interface Logger {
    namespace(name: string): Logger;
    debug(message: string, extra?: object): void;
    info(message: string, extra?: object): void;
    warn(message: string, extra?: object): void;
    error(message: string, extra?: object): void;
  }

  export default class Connection {
    constructor(options: {
      host: string;
      port: number;
      clientId: string;
      logger: Logger;
      socketFactory: (options: { host: string; port: number; onConnect: () => void }) => Socket;
      connectionTimeout: number;
      requestTimeout: number;
      enforceRequestTimeout: boolean;
    });
    readonly socket: Socket | undefined;
    connect(): Promise<true>;
    /** Waits for requests under way, so reject them first. */
    disconnect(): Promise<true>;
    isConnected(): boolean;
    rejectRequests(error: Error): void;
    send<T>(call: { request: object; response: object; logResponseError?: boolean }): Promise<T>;
  }
}

declare module 'kafkajs/src/protocol/requests/index.js' {
  export interface Definition {
    versions: string[];
    protocol(options: { version: number }): (args: object) => { request: object; response: Response };
  }
  export interface Response {
    decode(payload: Buffer): Promise<unknown>;
  }
  const exported: { requests: Record<string, Definition> };
  export default exported;
}

declare module 'kafkajs/src/protocol/requests/apiKeys.js' {
  const keys: Record<string, number>;
  export default keys;
}

declare module 'kafkajs/src/protocol/error.js' {
  const exported: { errorCodes: readonly { type: string; code: number; retriable: boolean }[] };
  export default exported;
}

declare module 'kafkajs/src/consumer/assignerProtocol.js' {
  interface Exported {
    MemberMetadata: {
      encode(metadata: { version: number; topics: string[]; userData: Buffer }): Buffer;
      decode(buffer: Buffer): { userData: Buffer | null };
    };
    MemberAssignment: {
      encode(options: { version: number; assignment: Record<string, number[]> }): Buffer;
      decode(buffer: Buffer): { assignment: Record<string, number[]> } | null;
    };
  }
  const exported: Exported;
  export default exported;
}
