import type { ClientSocket } from '../../src/fanout/client-socket.ts';

/** A socket that keeps what it is sent. */
export class FakeSocket implements ClientSocket {
  readonly sent: Buffer[] = [];

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
  ping(): number {
    return 1;
  }
  end(): void {}
}
