import { connect, type Socket } from 'node:net';
import { RECONNECT_INTERVAL_MS, RECONNECT_TIMEOUT_MS } from './limits.ts';
import type { NodeAddress } from './redis-command.ts';

/** What became of one try to connect. */
export type Reached = 'accepted' | 'refused' | 'neither';

/**
 * Holds one connection to a master and says nothing on it. That it closes means little (a restart of ours, a limit of
 * its clients); that it closes and another is refused means that no process listens there any more. A hung process keeps
 * both, and a network that is cut closes nothing and refuses nothing: neither is taken for a death.
 */
export class MasterWatch {
  readonly #address: NodeAddress;
  readonly #onDeath: () => void;
  #held: Socket | undefined;
  #timer: NodeJS.Timeout | undefined;
  #ended = false;

  constructor(address: NodeAddress, onDeath: () => void) {
    this.#address = address;
    this.#onDeath = onDeath;
    void this.#hold(false);
  }

  /** Whether a connection stands. */
  get holds(): boolean {
    return this.#held !== undefined;
  }

  end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#held?.destroy();
    this.#held = undefined;
  }

  /** `lost`: a connection stood, and closed. */
  async #hold(lost: boolean): Promise<void> {
    const { reached, socket } = await reach(this.#address);
    if (this.#ended) {
      socket?.destroy();
      return;
    }
    if (socket !== undefined) {
      this.#held = socket;
      socket.once('close', () => {
        this.#held = undefined;
        if (!this.#ended) void this.#hold(true);
      });
      return;
    }
    if (reached === 'refused' && lost) this.#onDeath();
    // What was refused once is told once: the next closing is another's.
    this.#timer = setTimeout(() => void this.#hold(lost && reached === 'neither'), RECONNECT_INTERVAL_MS);
  }
}

/** Tries to connect; the socket is the caller's where it was accepted. */
export function reach({ host, port }: NodeAddress): Promise<{ reached: Reached; socket?: Socket }> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    let over = false;
    const end = (reached: Reached): void => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      if (reached === 'accepted') {
        socket.resume();
        resolve({ reached, socket });
      } else {
        socket.destroy();
        resolve({ reached });
      }
    };
    const timer = setTimeout(() => end('neither'), RECONNECT_TIMEOUT_MS);
    socket.once('connect', () => end('accepted'));
    // Once it stood, an error is followed by `close`, which is what counts.
    socket.on('error', (error: NodeJS.ErrnoException) => end(error.code === 'ECONNREFUSED' ? 'refused' : 'neither'));
  });
}
