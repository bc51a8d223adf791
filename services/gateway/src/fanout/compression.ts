import { constants, zstdCompressSync } from 'node:zlib';
import type { GatewayLimits } from '../limits.ts';

/** First byte of a frame of `tapecast.v1.protobuf.zstd`: what follows is a marked frame, compressed by zstd. */
const ZSTD = 1;

/**
 * Level 3 makes frames 0.3 to 1.5 % smaller in a fifth more time. The receiver reserves what the frame's head says that its
 * content has, so that stands there always; a checksum is TCP's and TLS's.
 */
const OPTIONS = {
  params: { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_contentSizeFlag]: 1 },
};

export type CompressionLimits = Pick<GatewayLimits, 'zstdBytesMin' | 'zstdSharedBytesMin' | 'zstdClientsMin'>;

/** Sums since the start, for metrics. */
export interface CompressionCounts {
  frames: number;
  bytesBefore: number;
  bytesAfter: number;
  /** Milliseconds of the loop, also of frames that did not get smaller. */
  spentMs: number;
}

/**
 * Compresses what pays, on this thread: the frame is ready in 20 to 30 µs. The thread pool answers after 40 to 140 µs (80 to 140 by
 * Node's, 40 to 80 by @mongodb-js/zstd), takes two to five times the CPU, and frames of one topic would have to wait for each other.
 */
export class FrameCompression {
  readonly #limits: CompressionLimits;
  readonly #counts: CompressionCounts;

  constructor(limits: CompressionLimits, counts: CompressionCounts) {
    this.#limits = limits;
    this.#counts = counts;
  }

  /** The frame that `clients` share as it is sent: compressed, or `marked` itself where that pays nothing. */
  compress(marked: Uint8Array, clients: number): Uint8Array {
    const { zstdBytesMin, zstdSharedBytesMin, zstdClientsMin } = this.#limits;
    const { length } = marked;
    if (length < (clients >= zstdClientsMin ? zstdSharedBytesMin : zstdBytesMin)) return marked;
    const counts = this.#counts;
    const startedAt = performance.now();
    const content = zstdCompressSync(marked, OPTIONS);
    counts.spentMs += performance.now() - startedAt;
    if (content.length + 1 >= length) return marked;
    const frame = new Uint8Array(content.length + 1);
    frame[0] = ZSTD;
    frame.set(content, 1);
    counts.frames++;
    counts.bytesBefore += length;
    counts.bytesAfter += frame.length;
    return frame;
  }
}
