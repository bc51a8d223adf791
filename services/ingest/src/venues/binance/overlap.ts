import { LIMITS } from '../../limits.ts';
import type { MarketEvent } from './stream-connection.ts';

export interface OverlapTarget {
  /** The last number that was taken of the event's stream (trade id, update id); undefined where none was. */
  positionOf(event: MarketEvent): number | undefined;
  take(event: MarketEvent, receivedAtUs: number, frame: Buffer): void;
}

interface Held {
  event: MarketEvent;
  receivedAtUs: number;
  frame: Buffer;
}

/**
 * Two connections that carry the same streams, one of which is to be let go: of each number one is taken, in order. The old
 * connection decides what is missing. The new one may be ahead of it by what is still on its way there, so what does not
 * follow at once is held until the old one has caught up, or has ended.
 */
export class Overlap {
  readonly #target: OverlapTarget;
  /** By stream, oldest first. */
  readonly #held = new Map<string, Held[]>();
  #count = 0;

  constructor(target: OverlapTarget) {
    this.#target = target;
  }

  /** Events that wait for the old connection. */
  get waiting(): number {
    return this.#count;
  }

  /** More wait than may: the old connection does not catch up. */
  get full(): boolean {
    return this.#count >= LIMITS.overlapEventsMax;
  }

  fromOld(event: MarketEvent, receivedAtUs: number, frame: Buffer): void {
    if (!this.#isKnown(event)) this.#target.take(event, receivedAtUs, frame);
    const held = this.#held.get(streamOf(event));
    if (held === undefined) return;
    while (held.length > 0 && this.#follows(held[0]!.event)) this.#takeHeld(held);
    if (held.length === 0) this.#held.delete(streamOf(event));
  }

  fromNew(event: MarketEvent, receivedAtUs: number, frame: Buffer): void {
    if (this.#isKnown(event)) return;
    const stream = streamOf(event);
    const held = this.#held.get(stream);
    if (held === undefined && this.#follows(event)) {
      this.#target.take(event, receivedAtUs, frame);
      return;
    }
    if (held === undefined) this.#held.set(stream, [{ event, receivedAtUs, frame }]);
    else held.push({ event, receivedAtUs, frame });
    this.#count++;
  }

  /** The old connection is gone: all that waits is taken, whatever is missing before it. */
  end(): void {
    for (const held of this.#held.values()) while (held.length > 0) this.#takeHeld(held);
    this.#held.clear();
  }

  /** The new connection is gone: the old one has or brings all that waits. */
  forget(): void {
    this.#held.clear();
    this.#count = 0;
  }

  #takeHeld(held: Held[]): void {
    const { event, receivedAtUs, frame } = held.shift()!;
    this.#count--;
    if (!this.#isKnown(event)) this.#target.take(event, receivedAtUs, frame);
  }

  #isKnown(event: MarketEvent): boolean {
    const position = this.#target.positionOf(event);
    return position !== undefined && lastOf(event) <= position;
  }

  /** Whether nothing can lie between what was taken and this. Numbers of quotes have holes always: any newer one will do. */
  #follows(event: MarketEvent): boolean {
    if (event.type === 'quote') return true;
    const position = this.#target.positionOf(event);
    return position !== undefined && (event.type === 'trade' ? event.tradeId : event.firstId) <= position + 1;
  }
}

/** The number up to which an event brings its stream. */
export function lastOf(event: MarketEvent): number {
  return event.type === 'trade' ? event.tradeId : event.lastId;
}

function streamOf({ type, symbol }: MarketEvent): string {
  return `${type} ${symbol.symbol}`;
}
