import type { Channel, Levels } from '@tapecast/market';
import { type DataMessage, depthOf } from '@tapecast/wire';

/** The state of one stream as told, which says nothing as differences. */
export class DeltaStream {
  readonly number: number;
  told = 0;
  readonly pendingUpdates = 0;
  readonly pendingBytes = 0;
  readonly #levels: number;
  #state: DataMessage | undefined;

  constructor(number: number, channel: Channel) {
    this.number = number;
    this.#levels = depthOf(channel) ?? 0;
  }
  begin(whole: DataMessage | undefined, told: number): void {
    this.told = told;
    this.#state = whole === undefined ? undefined : copyOf(whole, this.#levels);
  }
  add(whole: DataMessage): boolean {
    this.begin(whole, whole.range?.[1] ?? this.told);
    return false;
  }
  sameLevels(bids: Levels, asks: Levels): boolean {
    const state = this.#state;
    if (state === undefined || !('bids' in state)) return false;
    return same(state.bids, bids.slice(0, this.#levels * 2)) && same(state.asks, asks.slice(0, this.#levels * 2));
  }
  state(): DataMessage | undefined {
    const state = this.#state;
    if (state === undefined) return undefined;
    if (state.type === 'trade') return { ...state, range: undefined, historySeq: this.told };
    return { ...state, range: [this.told, this.told] };
  }
  take(): Uint8Array {
    return new Uint8Array();
  }
}

function same(a: Levels, b: Levels): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}

function copyOf(message: DataMessage, levels: number): DataMessage {
  if (message.type === 'quote') return { ...message, quote: { ...message.quote } };
  if (message.type === 'trade') return { ...message, trade: { ...message.trade } };
  if (message.type === 'kline') return { ...message, kline: { ...message.kline } };
  return { ...message, bids: message.bids.slice(0, levels * 2), asks: message.asks.slice(0, levels * 2) };
}
