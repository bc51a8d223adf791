import { CHANNELS } from '@tapecast/market';
import type { ClientMessage } from '@tapecast/wire';
import type { Session } from './session.ts';

/**
 * The (symbol, channel) pairs that answering a message looks at: a few bytes may ask for thousands, so neither messages nor
 * bytes say what they cost. At least as many as there will be, known before any is looked at. Of a message with more than
 * `perMessageMax` nothing is done.
 */
export function pairsOf(session: Session, message: ClientMessage, perMessageMax: number): number {
  switch (message.action) {
    case 'subscribe':
      return Math.min(perMessageMax, message.symbols.length * message.channels.length);
    case 'unsubscribe':
    case 'resync': {
      const { symbols, channels } = message;
      if (channels !== undefined) return Math.min(perMessageMax, symbols.length * channels.length);
      return (
        Math.min(perMessageMax, symbols.length) +
        Math.min(session.client.streams.size, symbols.length * CHANNELS.length)
      );
    }
    case 'resume':
      return Math.min(perMessageMax, message.positions.length);
    case 'query_subscribe':
      return session.client.streams.size;
    default:
      return 0;
  }
}
