import type { InstrumentView } from '@tapecast/market';
import type { ChannelGroup, FlushContext } from './channel-group.ts';
import type { Client } from './client.ts';
import type { TopicPublisher } from './client-socket.ts';
import type { InstrumentFanout, ObserveHops } from './instrument-fanout.ts';

export interface FanoutOptions {
  publisher: TopicPublisher;
  /** Wall time, Unix microseconds. */
  nowUs: () => number;
  messagesPerFrameMax: number;
  observe: ObserveHops;
  delivered: FlushContext['delivered'];
  /** An instrument's frames could not be made: its clients see a hole in their ranges. */
  failed: (symbol: string, error: unknown) => void;
}

/**
 * Sends what changed: everything that was applied in one turn of the loop leaves in the same turn, one write a client.
 *
 * Applying marks an instrument and asks for a flush at the end of the turn, so that the partitions of one fetch leave
 * together. Whoever adds a subscriber calls `flush` first: the shown state is then the one that all others have.
 */
export class Fanout {
  readonly #options: FanoutOptions;
  readonly #changed = new Set<InstrumentFanout>();
  #clients: Client[] = [];
  #scheduled = false;
  readonly #context: FlushContext;

  constructor(options: FanoutOptions) {
    this.#options = options;
    this.#context = {
      publisher: options.publisher,
      nowUs: 0,
      messagesPerFrameMax: options.messagesPerFrameMax,
      queued: (client) => this.#clients.push(client),
      delivered: options.delivered,
    };
  }

  /** Something of the instrument waits to be sent. */
  changed(instrument: InstrumentFanout): void {
    this.#changed.add(instrument);
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.flush());
  }

  flush(): void {
    this.#scheduled = false;
    if (this.#changed.size === 0) return;
    this.#context.nowUs = this.#options.nowUs();
    for (const instrument of this.#changed) {
      try {
        instrument.flush(this.#context, this.#options.observe);
      } catch (error) {
        this.#options.failed(instrument.named.symbol, error);
      }
    }
    this.#changed.clear();
    this.#drain();
  }

  /** Shows one client the state of groups, each with its instrument's view. Nothing may be pending. */
  show(client: Client, groups: ReadonlyMap<ChannelGroup, InstrumentView>, history: boolean): void {
    this.#context.nowUs = this.#options.nowUs();
    for (const [group, view] of groups) {
      try {
        group.show(client, view, history, this.#context);
      } catch (error) {
        this.#options.failed(view.instrument, error);
      }
    }
    this.#drain();
  }

  #drain(): void {
    for (const client of this.#clients) client.drain(this.#context.nowUs);
    this.#clients.length = 0;
  }
}
