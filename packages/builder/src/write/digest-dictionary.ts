import { BuildError, type ByteString, fromText, toText } from "@erofs/format";
import type { ChunkDictionary, DictionaryDevice } from "../chunk-options.ts";
import { inOrder } from "../execute/in-order.ts";
import type { DigestJob, Executor } from "../execute/jobs.ts";
import { PieceList } from "../execute/pieces.ts";
import { digestWords } from "../plan/digest-ids.ts";
import type { KnownChunks } from "../plan/known-chunks.ts";

/** Bytes of a job's chunks: a millisecond or two of work. */
const batchBytes = 2 << 20;

interface Batch {
  readonly first: number;
  readonly count: number;
  readonly job: DigestJob;
}

function* batches({
  devices,
  blockSize,
  chunkDevices,
  chunkBlocks,
  chunkLengths,
}: ChunkDictionary): Generator<Batch> {
  let pieces = new PieceList();
  let first = 0;
  let bytes = 0;
  for (let i = 0; i < chunkBlocks.length; i++) {
    const device = devices[chunkDevices[i]!]!;
    const { content, size } = device;
    const offset = chunkBlocks[i]! * blockSize;
    const length = chunkLengths[i]!;
    if (offset + length > size) {
      const path = pathOfDevice(device);
      throw new BuildError(
        `chunk dictionary: a chunk at ${offset}, ${length} bytes, lies beyond the end of ${toText(path)}, ${size} bytes`,
        { path },
      );
    }
    pieces.add(content, size, offset, length, 0);
    bytes += length;
    if (bytes < batchBytes && i + 1 < chunkBlocks.length) continue;
    const owners = chunkDevices.subarray(first, i + 1);
    const pathOf = (piece: number) => pathOfDevice(devices[owners[piece]!]!);
    yield { first, count: i + 1 - first, job: { kind: "digest", pieces: pieces.take(), pathOf } };
    pieces = new PieceList();
    first = i + 1;
    bytes = 0;
  }
}

function pathOfDevice({ content, tag }: DictionaryDevice): ByteString {
  return content.kind === "file" ? `${content.directory}/${content.name}` : tag;
}

/** Reads all chunks of a dictionary and adds them to `known`, its devices numbered from `firstDevice` on. */
export async function digestDictionary(
  dictionary: ChunkDictionary,
  executor: Executor,
  known: KnownChunks,
  firstDevice: number,
): Promise<void> {
  const { chunkDevices, chunkBlocks } = dictionary;
  await inOrder(
    batches(dictionary),
    { count: 2 * executor.concurrency },
    ({ job }) => executor.run(job),
    ({ bytes }, { first, count }) => {
      for (let i = 0; i < count; i++) {
        known.add(digestWords(bytes, i), firstDevice + chunkDevices[first + i]!, chunkBlocks[first + i]!);
      }
    },
  );
}

/** The tag of a device: what it has, or the digest of its content in hex. */
export async function tagOf(device: DictionaryDevice, executor: Executor): Promise<ByteString> {
  const { tag, content, size } = device;
  if (tag !== "") return tag;
  const pieces = new PieceList();
  pieces.add(content, size, 0, size, 0);
  const { bytes } = await executor.run({
    kind: "digest",
    pieces: pieces.take(),
    pathOf: () => pathOfDevice(device),
  });
  return digestTag(bytes);
}

/** A tag that says what a device has: a digest in hex. */
export function digestTag(digest: Uint8Array): ByteString {
  return fromText(Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join(""));
}
