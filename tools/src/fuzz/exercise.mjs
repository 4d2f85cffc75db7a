// Does everything with an image that the reader can do.
import { check, checkSync, open, openSync } from "@erofs/reader";

/** Sizes are claims: of a file, no more than its first and last bytes is read. */
const readSize = 1 << 20;
/** A damaged directory can name one inode many times; more entries than any seed image has are not visited. */
const mostEntries = 2000;

/**
 * @param {Uint8Array} bytes
 * @param {readonly Uint8Array[]} devices
 * @param {(error: unknown) => void} onError is told every error of a single file or listing; it throws on a bad one
 */
export function exerciseSync(bytes, devices, onError) {
  const options = { devices: devices.map(memorySource) };
  attempt(onError, () => checkSync(memorySource(bytes), options));
  const image = attempt(onError, () => openSync(memorySource(bytes), options));
  if (!image) return;
  const size = devices.reduce((sum, device) => sum + device.length, bytes.length);
  let entries = 0;
  attempt(onError, () => {
    for (const { node, path } of image.walk()) {
      if (++entries > mostEntries) break;
      attempt(onError, () => image.read(node, 0, Math.min(node.size, readSize)));
      attempt(onError, () => image.read(node, Math.max(0, node.size - 5000), 5000));
      attempt(onError, () => image.readlink(node));
      attempt(onError, () => image.xattrs(node));
      attempt(onError, () => image.xattr(node, "user.a"));
      attempt(onError, () => image.lookup(path));
      if (node.size <= 64 * size) {
        attempt(onError, () => image.extents(node));
        attempt(onError, () => image.dataRanges(node));
      }
    }
  });
  image.close();
}

/**
 * @param {Uint8Array} bytes
 * @param {readonly Uint8Array[]} devices
 * @param {(error: unknown) => void} onError
 */
export async function exerciseAsync(bytes, devices, onError) {
  const options = { devices: devices.map(promisingSource) };
  await check(promisingSource(bytes), options).catch(onError);
  try {
    const image = await open(promisingSource(bytes), options);
    let entries = 0;
    for await (const { node } of image.walk()) {
      if (++entries > mostEntries) break;
      for (const operation of [
        () => image.read(node, 0, Math.min(node.size, readSize)),
        () => image.readlink(node),
        () => image.xattrs(node),
      ]) {
        await operation().catch(onError);
      }
    }
    await image.close();
  } catch (error) {
    onError(error);
  }
}

/** @param {Uint8Array} bytes */
function promisingSource(bytes) {
  return {
    size: bytes.length,
    /** @type {(offset: number, length: number) => Promise<Uint8Array>} */
    read: async (offset, length) => bytes.subarray(offset, offset + length),
  };
}

/**
 * A source that, unlike one that stands on a descriptor, tells when it is asked for what is not there.
 *
 * @param {Uint8Array} bytes
 */
function memorySource(bytes) {
  return {
    size: bytes.length,
    /** @type {(offset: number, target: Uint8Array) => void} */
    read(offset, target) {
      const end = offset + target.length;
      if (!(offset >= 0 && end <= bytes.length))
        throw new RangeError(`bytes ${offset} to ${end} of ${bytes.length}`);
      target.set(bytes.subarray(offset, end));
    },
  };
}

/**
 * @template T
 * @param {(error: unknown) => void} onError
 * @param {() => T} operation
 * @returns {T | undefined}
 */
function attempt(onError, operation) {
  try {
    return operation();
  } catch (error) {
    onError(error);
    return undefined;
  }
}
