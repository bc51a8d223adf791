/**
 * What the fan-out needs of a WebSocket; uWebSockets.js's socket is one (edge/), tests bring their own.
 *
 * Guarantee: frames arrive in the order of the calls. All calls are only allowed until
 * the connection closed (`Client.closed`): uWebSockets.js throws afterwards. Data may be reused as soon as a call returns.
 */
export interface ClientSocket {
  /** 1: gone to the socket. 0: kept until the client reads. 2: dropped, the client has a hole. */
  send(data: Uint8Array | string, binary: boolean): number;
  /** Bytes kept because the client does not read. */
  getBufferedAmount(): number;
  /** Sends of `write` leave as one system call. */
  cork(write: () => void): unknown;
  ping(): number;
  end(code: number, reason: string): void;
}
