import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { constants, createDeflateRaw, deflateRawSync, zstdCompressSync } from 'node:zlib';

/** What a permessage-deflate frame leaves out: the end of a sync flush. */
const SYNC_FLUSH_TAIL = 4;
const DICTIONARY_BYTES = 4_096;
/** Those that a dictionary is made from. */
const SAMPLES_MAX = 600;

const zstdParams = {
  [constants.ZSTD_c_compressionLevel]: 1,
  [constants.ZSTD_c_dictIDFlag]: 0,
};

/** Bytes of the frame, compressed wherever that makes it smaller, mark included. */
export function zstdBytes(marked: Uint8Array, dictionary?: Buffer): number {
  const options = dictionary === undefined ? { params: zstdParams } : { params: zstdParams, dictionary };
  return Math.min(marked.length, 1 + zstdCompressSync(marked, options).length);
}

/** A message by itself, as permessage-deflate with no_context_takeover has it. */
export function deflateBytes(message: Uint8Array): number {
  return Math.min(message.length, deflateRawSync(message).length);
}

/** All messages of one connection, as permessage-deflate with its memory of those before has them: it costs that memory a client. */
export async function deflateStreamBytes(messages: readonly Uint8Array[]): Promise<number> {
  const stream = createDeflateRaw();
  let bytes = 0;
  stream.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
  });
  for (const message of messages) {
    stream.write(message);
    await new Promise<void>((resolve) => stream.flush(constants.Z_SYNC_FLUSH, resolve));
    bytes -= SYNC_FLUSH_TAIL;
  }
  stream.destroy();
  return bytes;
}

/** A dictionary for frames like these, by zstd's own training; undefined where that program is missing or finds nothing. */
export function trainDictionary(samples: readonly Uint8Array[]): Buffer | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'tapecast-bytes-'));
  try {
    samples.slice(-SAMPLES_MAX).forEach((sample, i) => {
      writeFileSync(join(folder, `${i}.frame`), sample);
    });
    const path = join(folder, 'dictionary');
    const trained = spawnSync('zstd', ['--train', '-q', '-r', folder, `--maxdict=${DICTIONARY_BYTES}`, '-o', path]);
    return trained.status === 0 ? readFileSync(path) : undefined;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
