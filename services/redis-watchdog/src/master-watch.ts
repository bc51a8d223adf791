import { connect, type Socket } from 'node:net';
import { PING_INTERVAL_MS, RECONNECT_INTERVAL_MS, RECONNECT_TIMEOUT_MS, SUSPECT_MS } from './limits.ts';
import type { NodeAddress } from './redis-command.ts';

/** What became of one try to connect. */
export type Reached = 'accepted' | 'refused' | 'neither';

export interface MasterEvents {
  /** No process listens there any more. */
  died(): void;
  /** It has owed a reply for `SUSPECT_MS`; told once until it answers. */
  silent(): void;
}

/**
 * Holds one connection to a master and asks PING on it. That it closes means little (a restart of ours, a limit of its clients); that it
 * closes and another is refused means that no process listens there any more. A hung process keeps both: it owes the reply to a
 * PING, which a cut between it and us looks like, too, so that alone means nothing. What most masters see decides.
 */
export class MasterWatch {
  readonly #address: NodeAddress;
  readonly #events: MasterEvents;
  #held: Socket | undefined;
  #timer: NodeJS.Timeout | undefined;
  readonly #pings: NodeJS.Timeout;
  /** When the PING was sent that is not answered. */
  #askedAt: number | undefined;
  #tickedAt = performance.now();
  #toldSilent = false;
  #ended = false;

  constructor(address: NodeAddress, events: MasterEvents) {
    this.#address = address;
    this.#events = events;
    this.#pings = setInterval(() => this.#ping(), PING_INTERVAL_MS);
    void this.#hold(false);
  }

  /** Whether a connection stands. */
  get holds(): boolean {
    return this.#held !== undefined;
  }

  /** How long it has owed a reply; 0 where it owes none, or where there is no connection. */
  get silentMs(): number {
    return this.#askedAt === undefined ? 0 : performance.now() - this.#askedAt;
  }

  end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
    clearInterval(this.#pings);
    this.#held?.destroy();
    this.#held = undefined;
    this.#answered();
  }

  #ping(): void {
    const now = performance.now();
    // We were not there to read a reply: what was silent meanwhile is this process.
    const lateMs = now - this.#tickedAt - PING_INTERVAL_MS;
    this.#tickedAt = now;
    if (this.#askedAt !== undefined && lateMs > PING_INTERVAL_MS) this.#askedAt = Math.min(now, this.#askedAt + lateMs);
    if (this.#held === undefined) return;
    if (this.#askedAt === undefined) {
      this.#askedAt = now;
      this.#held.write('PING\r\n');
      return;
    }
    const silent = this.silentMs >= SUSPECT_MS;
    if (silent && !this.#toldSilent) this.#events.silent();
    this.#toldSilent = silent;
  }

  #answered(): void {
    this.#askedAt = undefined;
    this.#toldSilent = false;
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
      // Whatever it says, also that it wants a password or is loading: it lives.
      socket.on('data', () => this.#answered());
      socket.once('close', () => {
        this.#held = undefined;
        this.#answered();
        if (!this.#ended) void this.#hold(true);
      });
      return;
    }
    if (reached === 'refused' && lost) this.#events.died();
    // What was refused once is told once: the next closing is another's.
    this.#timer = setTimeout(() => void this.#hold(lost && reached === 'neither'), RECONNECT_INTERVAL_MS);
  }
}

/** Tries to connect; the socket is the caller's where it was accepted. */
function reach({ host, port }: NodeAddress): Promise<{ reached: Reached; socket?: Socket }> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, noDelay: true });
    let over = false;
    const end = (reached: Reached): void => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      if (reached === 'accepted') resolve({ reached, socket });
      else {
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
