import type { FileAccess } from "./file-access.ts";
import type { ChunkJob, ChunkResult } from "./jobs.ts";
import { forEachPiece } from "./pieces.ts";
import { concatenatedDigests, type CreateSha256, SHA256_SIZE } from "./sha256.ts";

/** Reads the chunks of a job, drops those of zeros and digests the others, the last one of a file without what fills it up. */
export function cutChunks(
  { pieces, chunkSize, blockSize, bytes }: ChunkJob,
  files: FileAccess | undefined,
  createSha256: CreateSha256,
): ChunkResult {
  const digests: Uint8Array[] = [];
  const holes: number[] = [];
  let end = 0;
  forEachPiece(pieces, files, ({ length, read }) => {
    // All at once: chunks may be as small as a block.
    const start = end;
    const filled = Math.ceil(length / blockSize) * blockSize;
    read(bytes.subarray(start, start + length), 0);
    bytes.fill(0, start + length, start + filled);
    for (let done = 0; done < length; done += chunkSize) {
      const from = start + done;
      const size = Math.min(chunkSize, filled - done);
      const isHole = isZero(bytes, from, size);
      holes.push(Number(isHole));
      if (isHole) {
        digests.push(new Uint8Array(SHA256_SIZE));
        continue;
      }
      const chunk = bytes.subarray(from, from + Math.min(chunkSize, length - done));
      digests.push(createSha256().update(chunk).digest());
      if (end < from) bytes.copyWithin(end, from, from + size);
      end += size;
    }
  });
  return { bytes, digests: concatenatedDigests(digests), holes: Uint8Array.from(holes) };
}

/** Whether whole blocks are zeros, word by word. */
function isZero(bytes: Uint8Array, offset: number, size: number): boolean {
  const blocks = new Uint32Array(bytes.buffer, bytes.byteOffset + offset, size / 4);
  for (let i = 0; i < blocks.length; i++) if (blocks[i] !== 0) return false;
  return true;
}
