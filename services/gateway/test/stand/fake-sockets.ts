import type { ClientSocket, TopicPublisher } from '../../src/fanout/client-socket.ts';

/** A socket that keeps what it is sent, in order with what is published to its topics, as uWebSockets.js delivers it. */
export class FakeSocket implements ClientSocket {
  readonly sent: Buffer[] = [];
  readonly #hub: FakeHub;
  readonly topics = new Set<string>();

  constructor(hub: FakeHub) {
    this.#hub = hub;
  }

  send(data: Uint8Array | string): number {
    this.sent.push(Buffer.from(data as Uint8Array));
    return 1;
  }
  getBufferedAmount(): number {
    return 0;
  }
  cork(write: () => void): void {
    write();
  }
  subscribe(topic: string): boolean {
    this.topics.add(topic);
    this.#hub.sockets.add(this);
    return true;
  }
  unsubscribe(topic: string): boolean {
    return this.topics.delete(topic);
  }
  ping(): number {
    return 1;
  }
  end(): void {}
}

export class FakeHub implements TopicPublisher {
  readonly sockets = new Set<FakeSocket>();

  publish(topic: string, frame: Uint8Array): boolean {
    for (const socket of this.sockets) if (socket.topics.has(topic)) socket.send(frame);
    return true;
  }
}
