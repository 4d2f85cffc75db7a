import {
  type ByteString,
  FeatureCompat,
  fromBytes,
  LONG_PREFIX_FLAG,
  type Inode,
  isHidden,
  joinName,
  mayHaveXattr,
  toText,
} from "@erofs/format";
import type { ImageState } from "../image-state.ts";
import type { Reading } from "../reading.ts";
import { hasNameFilters, longPrefixes, sharedXattr, xattrBody } from "../xattrs.ts";
import type { FaultList } from "./report.ts";

const algorithm = "sha256:";
const DIGEST_BYTES = 32;

/** `e_name_index` of inode digests; undefined in an image that has none. */
function digestIndex({ superblock }: ImageState): number | undefined {
  const { featureCompat, ishareXattrPrefixId } = superblock;
  return (featureCompat & FeatureCompat.ishareXattrs) === 0
    ? undefined
    : LONG_PREFIX_FLAG | ishareXattrPrefixId;
}

function isDigest(value: Uint8Array): boolean {
  return (
    value.length === algorithm.length + DIGEST_BYTES &&
    fromBytes(value.subarray(0, algorithm.length)) === algorithm
  );
}

/** Reads all attributes of an inode: entries and shared ids, names that mean something and occur once, the filter. */
export function* checkXattrs(
  image: ImageState,
  faults: FaultList,
  path: ByteString,
  node: Inode,
): Reading<void> {
  if (node.xattrIcount === 0) return;
  const { nid } = node;
  try {
    const body = yield* xattrBody(image, node);
    const prefixes = yield* longPrefixes(image);
    const entries = [...body.inline];
    for (const id of body.sharedIds) entries.push(yield* sharedXattr(image, node, id));
    const filtered = hasNameFilters(image) && body.filter !== 0;
    const names = new Set<ByteString>();
    const digest = digestIndex(image);
    for (const { index, rest, value } of entries) {
      if (index === digest && rest === "" && !isDigest(value)) {
        faults.add("xattr", path, nid, `a digest of ${value.length} bytes, expected "sha256:" and 32 bytes`);
      }
      const name = joinName(index, rest, prefixes);
      if (name === undefined) {
        faults.add("xattr", path, nid, `attribute "${toText(rest)}" has the unknown prefix ${index}`);
        continue;
      }
      if (names.has(name)) faults.add("xattr", path, nid, `attribute "${toText(name)}" occurs twice`);
      names.add(name);
      if (filtered && !isHidden(index, prefixes) && !mayHaveXattr(body.filter, name)) {
        faults.add("xattr-filter", path, nid, `the name filter hides the attribute "${toText(name)}"`);
      }
    }
  } catch (error) {
    faults.addError("xattr", path, nid, error);
  }
}
