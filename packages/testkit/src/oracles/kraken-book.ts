import { crc32 } from 'node:zlib';
import type { FrameRecording } from '@tapecast/venue-server';

export interface KrakenCheck {
  readonly checksums: number;
  readonly verified: number;
}

type Entry = readonly [price: string, size: string, ...rest: string[]];
type Side = Map<string, string>;
const LEVELS_IN_CHECKSUM = 10;

/**
 * Rebuilds Kraken v1 books (`book-<depth>`) and verifies each checksum by its definition: CRC32 over the ten best asks, rising,
 * then the ten best bids, falling, each price and size as written without its point and leading zeros.
 */
export function checkKrakenBooks(recording: FrameRecording): KrakenCheck {
  const books = new Map<string, { bids: Side; asks: Side; depth: number }>();
  let checksums = 0;
  let verified = 0;
  for (const frame of recording.frames) {
    if (frame.direction !== 'received') continue;
    const message: unknown = JSON.parse(frame.text);
    if (!Array.isArray(message)) continue;
    const channel = String(message.at(-2));
    if (!channel.startsWith('book-')) continue;
    const pair = String(message.at(-1));
    for (const part of message.slice(1, -2) as Record<string, Entry[] | string>[]) {
      if (part.as !== undefined || part.bs !== undefined) {
        const book = { bids: new Map(), asks: new Map(), depth: Number(channel.slice('book-'.length)) };
        set(book.bids, part.bs);
        set(book.asks, part.as);
        books.set(pair, book);
        continue;
      }
      const book = books.get(pair);
      if (book === undefined) continue;
      set(book.bids, part.b);
      set(book.asks, part.a);
      truncate(book.bids, book.depth, falling);
      truncate(book.asks, book.depth, rising);
      if (typeof part.c !== 'string') continue;
      checksums++;
      if (crc32(checksumText(book.asks, rising) + checksumText(book.bids, falling)) === Number(part.c)) verified++;
    }
  }
  return { checksums, verified };
}

const rising = (a: string, b: string) => Number(a) - Number(b);
const falling = (a: string, b: string) => Number(b) - Number(a);

function set(side: Side, entries: Entry[] | string | undefined): void {
  if (!Array.isArray(entries)) return;
  for (const [price, size] of entries) {
    if (Number(size) === 0) side.delete(price);
    else side.set(price, size);
  }
}

/** Kraken tells no removal of what falls out of the depth. */
function truncate(side: Side, depth: number, order: (a: string, b: string) => number): void {
  if (side.size <= depth) return;
  for (const price of [...side.keys()].sort(order).slice(depth)) side.delete(price);
}

function checksumText(side: Side, order: (a: string, b: string) => number): string {
  const digits = (text: string) => text.replace('.', '').replace(/^0+/, '');
  return [...side.keys()]
    .sort(order)
    .slice(0, LEVELS_IN_CHECKSUM)
    .map((price) => digits(price) + digits(side.get(price)!))
    .join('');
}
