import { createZstdDecompress, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { Gunzip, Unzip, UnzipInflate } from 'fflate';
import { limits } from '../limits.ts';
import { RecordingError } from './errors.ts';
import { isZstdComplete } from './zstd-frames.ts';

export interface Unpacked {
  readonly data: Buffer;
  /** Why the packed data stops before its end; undefined when it is whole. */
  readonly cut: string | undefined;
  /** Name of the entry of a zip, '' otherwise. */
  readonly entry: string;
}

/** Bytes handed to a streaming decompressor at a time when data is damaged: no more than this one piece's output is lost. */
const RECOVERY_PIECE_BYTES = 1024;

/**
 * Decompresses gzip, zstd or the first entry of a zip, seen from the first bytes; anything else is returned as it is. Data that
 * was cut gives exactly what comes before the cut; data that was damaged may end with some wrong bytes, for a decompressor
 * finds damage late.
 */
export async function unpack(bytes: Buffer): Promise<Unpacked> {
  if (bytes.length >= 2 && bytes.readUInt16BE(0) === 0x1f8b) return unpackGzip(bytes);
  if (bytes.length >= 4 && bytes.readUInt32LE(0) === 0xfd2fb528) return unpackZstd(bytes);
  if (bytes.length >= 4 && bytes.readUInt32BE(0) === 0x504b0304) return unpackZip(bytes);
  checkSize(bytes.length);
  return { data: bytes, cut: undefined, entry: '' };
}

function unpackGzip(bytes: Buffer): Unpacked {
  try {
    return { data: gunzipSync(bytes, { maxOutputLength: limits.recordingBytesMax }), cut: undefined, entry: '' };
  } catch (error) {
    if (isTooLong(error)) throw tooLarge(error);
    const pieces = new Pieces();
    const gunzip = new Gunzip((piece) => pieces.add(piece));
    return { data: pieces.recover(bytes, (piece, last) => gunzip.push(piece, last)), cut: message(error), entry: '' };
  }
}

async function unpackZstd(bytes: Buffer): Promise<Unpacked> {
  const cut = isZstdComplete(bytes) ? undefined : 'the zstd data stops inside a frame';
  try {
    return { data: zstdDecompressSync(bytes, { maxOutputLength: limits.recordingBytesMax }), cut, entry: '' };
  } catch (error) {
    if (isTooLong(error)) throw tooLarge(error);
    return { data: await recoverZstd(bytes), cut: message(error), entry: '' };
  }
}

/** What a damaged zstd file holds before the damage. */
function recoverZstd(bytes: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const pieces = new Pieces();
    const stream = createZstdDecompress();
    const finish = () => resolve(pieces.joined());
    stream.on('data', (piece: Buffer) => {
      try {
        pieces.add(piece);
      } catch (error) {
        stream.destroy();
        reject(error);
      }
    });
    stream.on('error', finish);
    stream.on('end', finish);
    for (let at = 0; at < bytes.length; at += RECOVERY_PIECE_BYTES)
      stream.write(bytes.subarray(at, at + RECOVERY_PIECE_BYTES));
    stream.end();
  });
}

/** Streams instead of reading the directory at the end of the file, which a cut file has not. */
function unpackZip(bytes: Buffer): Unpacked {
  const pieces = new Pieces();
  let entry = '';
  let ended = false;
  let failure: unknown;
  const unzip = new Unzip((file) => {
    if (entry !== '') return;
    entry = file.name;
    file.ondata = (error, piece, last) => {
      if (error) failure = error;
      else pieces.add(piece);
      ended = last;
    };
    file.start();
  });
  unzip.register(UnzipInflate);
  const data = pieces.recover(bytes, (piece, last) => unzip.push(piece, last));
  const cut = failure !== undefined ? message(failure) : ended ? undefined : 'the zip stops inside its entry';
  return { data, cut, entry };
}

/** Output of a streaming decompressor, bounded. */
class Pieces {
  #pieces: Uint8Array[] = [];
  #bytes = 0;

  add(piece: Uint8Array): void {
    this.#bytes += piece.length;
    checkSize(this.#bytes);
    this.#pieces.push(piece);
  }

  joined(): Buffer {
    return Buffer.concat(this.#pieces);
  }

  /** Feeds `bytes` piece by piece until the decompressor fails or all is read. */
  recover(bytes: Buffer, push: (piece: Uint8Array, last: boolean) => void): Buffer {
    try {
      for (let at = 0; at < bytes.length; at += RECOVERY_PIECE_BYTES) {
        push(bytes.subarray(at, at + RECOVERY_PIECE_BYTES), at + RECOVERY_PIECE_BYTES >= bytes.length);
      }
    } catch (error) {
      if (error instanceof RecordingError) throw error;
      // The damage is reported by the caller; what came before it stands.
    }
    return this.joined();
  }
}

function checkSize(bytes: number): void {
  if (bytes > limits.recordingBytesMax) throw tooLarge(undefined);
}

function tooLarge(cause: unknown): RecordingError {
  return new RecordingError(
    'too_large',
    `Decompressed, the recording passes ${limits.recordingBytesMax} bytes; split it.`,
    { cause },
  );
}

function isTooLong(error: unknown): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
