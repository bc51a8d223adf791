/**
 * What the client needs of a WebSocket. DOM, Node and `ws` type their handlers each in their own way: here they are
 * unknown, and only functions that take what the standard says are ever put there.
 */
export interface WebSocketLike {
  binaryType: string;
  /** The subprotocol that was chosen, once it is open. */
  readonly protocol: string;
  onopen: unknown;
  onmessage: unknown;
  onclose: unknown;
  onerror: unknown;
  send(data: string | Uint8Array): void;
  close(code?: number, reason?: string): void;
}

export type WebSocketConstructor = new (url: string, protocols: string[]) => WebSocketLike;
