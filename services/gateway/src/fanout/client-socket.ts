/**
 * What the fan-out needs of a WebSocket; uWebSockets.js's socket is one (edge/), tests bring their own.
 *
 * Guarantee: frames arrive in the order of the calls, `send` after `publish` included. All calls are only allowed until
 * the connection closed (`Client.closed`): uWebSockets.js throws afterwards. Data may be reused as soon as a call returns.
 */
export interface ClientSocket {
  /** 1: gone to the socket. 0: kept until the client reads. 2: dropped, the client has a hole. */
  send(data: Uint8Array | string, binary: boolean): number;
  /** Bytes kept because the client does not read. */
  getBufferedAmount(): number;
  /** Sends of `write` leave as one system call. */
  cork(write: () => void): unknown;
  subscribe(topic: string): boolean;
  unsubscribe(topic: string): boolean;
  ping(): number;
  end(code: number, reason: string): void;
}

/** Sends a frame once to all sockets that subscribed to the topic; what is published in one loop turn is one write a socket. */
export interface TopicPublisher {
  publish(topic: string, frame: Uint8Array, binary: boolean): boolean;
}
