import type { Inode } from "@erofs/format";
import { checkRange } from "../devices.ts";
import type { Extent, FileMap } from "../extents/extent.ts";
import type { ImageState } from "../image-state.ts";
import { METABOX } from "../metadata-space.ts";
import { isPrivate } from "../private-decoders.ts";
import type { Reading } from "../reading.ts";
import { INPUT_BYTES } from "./cluster-ring.ts";
import { decodeCluster } from "./decode.ts";

/** Decoded bytes of a file that stand side by side in wasm memory until the next request or allocation. */
export interface DecodedRun {
  readonly address: number;
  /** Where in the file they start. */
  readonly logical: number;
  readonly length: number;
}

/** Decoded bytes that one run makes, unless its first cluster alone has more. */
const RUN_BYTES = 1 << 20;

/**
 * What a stored byte may cost, in bytes decoded: DEFLATE that consists of headers takes some 0.3 s per MiB, and decoding
 * makes 1 GB/s. It also means that a check reads each byte of an image some 48 times at most.
 */
const INPUT_WORK = 64;

/** Whether an extent is stored as a cluster, to be taken apart in wasm memory. */
export function isCluster(extent: Extent): boolean {
  return extent.kind === "compressed" || extent.kind === "plain" || extent.kind === "interlaced";
}

/**
 * Decodes the cluster `first` and those behind it, as long as they are wanted (start before file offset `end`) and are
 * stored side by side: one read for all of them. A cluster that is still decoded is served alone.
 */
export function* decodeRun(
  image: ImageState,
  node: Inode,
  map: FileMap,
  first: Extent,
  end: number,
): Reading<DecodedRun> {
  const ring = image.clusters();
  const { device, physical, logical } = first;
  // Of private clusters there are no parts: not even of one that another extent has whole.
  if (first.kind === "compressed" && !(first.partial && isPrivate(first.algorithm))) {
    const known = ring.find(first);
    if (known !== undefined) return { address: known.address, logical, length: first.length };
  }

  const run = [first];
  let stored = first.stored;
  let length = first.length;
  while (logical + length < end) {
    const next = map.find(logical + length) ?? (yield* map.load(logical + length));
    if (!isCluster(next) || next.device !== device || next.physical !== physical + stored) break;
    if (stored + next.stored > INPUT_BYTES || length + next.length > RUN_BYTES) break;
    run.push(next);
    stored += next.stored;
    length += next.length;
  }

  if (device !== METABOX) checkRange(image.devices, device, physical, stored, node.nid);
  const cached =
    image.cache.peek(device, physical, stored) ??
    (device === METABOX ? yield* image.cache.read(device, physical, stored) : undefined);
  if (cached !== undefined) ring.input(0, stored).set(cached);
  else yield { device, offset: physical, length: stored, target: () => ring.input(0, stored) };

  // From here to the return there is no request: wasm memory is ours.
  image.clusterWork += length + stored * INPUT_WORK;
  ring.reserve(length);
  let src = ring.inputAddress;
  let address = -1;
  for (const extent of run) {
    const dst = ring.allocate(extent.length);
    if (address < 0) address = dst;
    decodeCluster(image, node.nid, extent, ring, src, dst);
    if (extent.kind === "compressed") {
      ring.remember({
        address: dst,
        length: extent.length,
        device,
        physical: extent.physical,
        stored: extent.stored,
        algorithm: extent.algorithm,
        partial: extent.partial,
      });
    }
    src += extent.stored;
  }
  return { address, logical, length };
}
