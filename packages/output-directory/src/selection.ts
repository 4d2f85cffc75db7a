import type { ByteString } from "@erofs/format";

/** Which children of a directory are wanted: all of them, or some, and what of those. */
export type Selection = "all" | ReadonlyMap<ByteString, Selection>;

/**
 * The part of a tree that some paths name. "a" and "a/b" together are all of "a"; no paths, or the root's, are "all".
 * Leading, doubled and trailing slashes do not count, nor does ".".
 */
export function selectPaths(paths: readonly ByteString[] | undefined): Selection {
  if (paths === undefined) return "all";
  const root = new Map<ByteString, Selection>();
  for (const path of paths) {
    const names = path.split("/").filter((name) => name !== "" && name !== ".");
    const last = names.pop();
    if (last === undefined) return "all";
    let at: Map<ByteString, Selection> | undefined = root;
    for (const name of names) {
      const known: Selection | undefined = at.get(name);
      if (known === "all") {
        at = undefined;
        break;
      }
      const next: Map<ByteString, Selection> = (known as Map<ByteString, Selection> | undefined) ?? new Map();
      at.set(name, next);
      at = next;
    }
    at?.set(last, "all");
  }
  return root;
}
