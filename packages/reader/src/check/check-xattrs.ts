import { type ByteString, type Inode, isHidden, joinName, mayHaveXattr, toText } from "@erofs/format";
import type { ImageState } from "../image-state.ts";
import type { Reading } from "../reading.ts";
import { hasNameFilters, longPrefixes, sharedXattr, xattrBody } from "../xattrs.ts";
import type { FaultList } from "./report.ts";

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
    for (const { index, rest } of entries) {
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
