import { CorruptImage, ErofsError, type Inode, nidText } from "@erofs/format";
import { decodeRun, isCluster } from "./clusters/run.ts";
import { checkRange, type DevicePlace } from "./devices.ts";
import { mapOf } from "./extents/file-map.ts";
import type { Extent } from "./extents/extent.ts";
import type { ImageState } from "./image-state.ts";
import { packedInode } from "./packed-inode.ts";
import type { Reading } from "./reading.ts";

/** The most that `read` gives in one piece. */
const MAX_READ = 2 ** 30;
/** The most that one request asks of a source. */
const MAX_REQUEST = 8 << 20;
/** The most that `readView` gives in one piece of bytes that are not decoded. */
const VIEW_BYTES = 1 << 20;

/**
 * Fills `target` with the content of an inode from `offset`. Returns the bytes filled: fewer than asked for only at
 * the end of the content, 0 behind it. Bytes that are stored as they are come straight from the source.
 * @throws CorruptImage, UnsupportedFeature, the source's errors
 */
export function* readInto(
  image: ImageState,
  node: Inode,
  offset: number,
  target: Uint8Array,
): Reading<number> {
  if (!(offset >= 0)) throw new ErofsError("EINVAL", `offset ${offset}`, { nid: node.nid });
  const end = Math.min(offset + target.length, node.size);
  if (offset >= end) return 0;
  const map = image.maps.get(node.nid) ?? (yield* mapOf(image, node));
  for (let position = offset; position < end;) {
    const extent = map.find(position) ?? (yield* map.load(position));
    const at = position - offset;
    if (isCluster(extent)) {
      const run = yield* decodeRun(image, node, map, extent, end);
      const count = Math.min(run.logical + run.length, end) - position;
      target.set(image.clusters().view(run.address + position - run.logical, count), at);
      position += count;
      continue;
    }
    const count = Math.min(extent.logical + extent.length, end) - position;
    const part = target.subarray(at, at + count);
    const place = extent.physical + position - extent.logical;
    if (extent.kind === "hole") part.fill(0);
    else if (extent.kind === "fragment") yield* readFragment(image, node, place, part);
    else yield* readStored(image, node, extent, place, part);
    position += count;
  }
  return end - offset;
}

/**
 * Where the bytes from `offset` stand on a source, if all of them do one behind the other and the inode's map knows it: then
 * `readInto` comes to nothing but reading them there. @throws CorruptImage
 */
export function placeAtHand(
  image: ImageState,
  { nid }: Inode,
  offset: number,
  length: number,
): DevicePlace | undefined {
  const extent = image.maps.get(nid)?.find(offset);
  if (extent?.kind !== "data" || length > MAX_REQUEST) return undefined;
  const { device, logical } = extent;
  if (offset + length > logical + extent.length) return undefined;
  const place = extent.physical + offset - logical;
  checkRange(image.devices, device, place, length, nid);
  return { device, offset: place };
}

/** The content of an inode from `offset`: `length` bytes, fewer at its end. @throws ErofsError EFBIG above 1 GiB */
export function* read(
  image: ImageState,
  node: Inode,
  offset = 0,
  length: number = node.size,
): Reading<Uint8Array> {
  const count = Math.max(0, Math.min(length, node.size - offset));
  if (!(count <= MAX_READ)) {
    throw new ErofsError("EFBIG", `${count} bytes of inode ${nidText(node.nid)} asked for in one piece`, {
      nid: node.nid,
    });
  }
  const bytes = new Uint8Array(count);
  yield* readInto(image, node, offset, bytes);
  return bytes;
}

/**
 * Some bytes of an inode's content from `offset` < `i_size`, at least 1 and at most `length`, without a copy where
 * that can be: decoded clusters as they stand in the decoder's memory. Good until the next call on the image.
 */
export function* readView(
  image: ImageState,
  node: Inode,
  offset: number,
  length: number,
): Reading<Uint8Array> {
  const end = Math.min(offset + length, node.size);
  if (!(offset >= 0 && offset < end)) return new Uint8Array(0);
  const map = image.maps.get(node.nid) ?? (yield* mapOf(image, node));
  const extent = map.find(offset) ?? (yield* map.load(offset));
  if (isCluster(extent)) {
    const run = yield* decodeRun(image, node, map, extent, end);
    const count = Math.min(run.logical + run.length, end) - offset;
    return image.clusters().view(run.address + offset - run.logical, count);
  }
  const count = Math.min(extent.logical + extent.length - offset, end - offset, VIEW_BYTES);
  const place = extent.physical + offset - extent.logical;
  if (extent.kind === "inline") return yield* image.cache.read(extent.device, place, count);
  const bytes = image.viewBuffer(count).subarray(0, count);
  if (extent.kind === "hole") bytes.fill(0);
  else if (extent.kind === "fragment") yield* readFragment(image, node, place, bytes);
  else yield* readStored(image, node, extent, place, bytes);
  return bytes;
}

/** Bytes that stand on a device as they are. */
function* readStored(
  image: ImageState,
  node: Inode,
  extent: Extent,
  offset: number,
  target: Uint8Array,
): Reading<void> {
  const { device } = extent;
  const { length } = target;
  const cached =
    image.cache.peek(device, offset, length) ??
    (extent.kind === "inline" ? yield* image.cache.read(device, offset, length) : undefined);
  if (cached !== undefined) {
    target.set(cached);
    return;
  }
  checkRange(image.devices, device, offset, length, node.nid);
  for (let done = 0; done < length; done += MAX_REQUEST) {
    const part = target.subarray(done, done + MAX_REQUEST);
    yield { device, offset: offset + done, length: part.length, target: () => part };
  }
}

/** Bytes that stand in the packed inode. */
function* readFragment(image: ImageState, node: Inode, offset: number, target: Uint8Array): Reading<void> {
  const packed = yield* packedInode(image);
  if (packed.nid === node.nid) {
    throw new CorruptImage(`the packed inode ${nidText(packed.nid)} refers to itself`, { nid: node.nid });
  }
  if (offset + target.length > packed.size) {
    throw new CorruptImage(
      `inode ${nidText(node.nid)}: fragment at ${offset}, ${target.length} bytes, lies beyond the packed inode's ${packed.size} bytes`,
      { nid: node.nid, offset },
    );
  }
  yield* readInto(image, packed, offset, target);
}
