import { FRAME_BYTES_MAX } from './limits.ts';

/** Gives what a zstd frame holds; valid until the next call. Throws where it is none, or would be too large. */
export type Decompress = (bytes: Uint8Array) => Uint8Array;

const MAGIC = 0xfd2fb528;

/**
 * Reads zstd with fzstd, which is fetched when it is first asked for: who speaks plain Protobuf or JSON never loads it. One
 * piece of memory serves all frames, at most FRAME_BYTES_MAX of it: the size that a frame names is looked at before anything
 * is unpacked, and nothing is written past it.
 */
export async function loadDecompress(): Promise<Decompress> {
  const { decompress } = await import('fzstd');
  let memory = new Uint8Array(0);
  return (bytes) => {
    const size = contentSize(bytes);
    if (size > memory.length) memory = new Uint8Array(Math.min(FRAME_BYTES_MAX, 2 * size));
    const content = decompress(bytes, memory.subarray(0, size));
    if (content.length !== size) throw new Error(`a zstd frame of ${size} bytes had ${content.length}`);
    return content;
  };
}

/** The size that a zstd frame says it has when unpacked (RFC 8878, 3.1.1.1). */
function contentSize(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 6 || view.getUint32(0, true) !== MAGIC) throw new Error('a frame that is said to be zstd is none');
  const descriptor = view.getUint8(4);
  const oneSegment = (descriptor & 32) !== 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3]!;
  if (dictionaryBytes > 0) throw new Error('a zstd frame asks for a dictionary');
  const at = oneSegment ? 5 : 6;
  const form = descriptor >> 6;
  if (form === 0 && !oneSegment) throw new Error('a zstd frame does not say how large it is');
  if (bytes.length < at + (1 << form)) throw new Error('a zstd frame ends in its head');
  let size: number;
  if (form === 0) size = view.getUint8(at);
  else if (form === 1) size = view.getUint16(at, true) + 256;
  else size = view.getUint32(at, true) + (form === 3 ? view.getUint32(at + 4, true) * 2 ** 32 : 0);
  if (size > FRAME_BYTES_MAX) throw new Error(`a zstd frame of ${size} bytes, at most ${FRAME_BYTES_MAX} are taken`);
  return size;
}
