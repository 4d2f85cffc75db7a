import { memorySource, openSync, type SyncImage } from "@erofs/reader";
import { buildImage, inProcess, MemorySink } from "@erofs/builder";
import type { TreeNode } from "@erofs/tree";

export { directory, everything, file, noise, special, symlink, xattr } from "../../../builder/test/trees.ts";

/** The bytes of an image of a tree. */
export async function imageBytes(root: TreeNode): Promise<Uint8Array> {
  const sink = new MemorySink();
  await buildImage(root, sink, {}, await inProcess({}));
  return sink.image;
}

/** An opened image of a tree. */
export async function imageOf(root: TreeNode): Promise<SyncImage> {
  return openSync(memorySource(await imageBytes(root)));
}

/** The image with a directory that lists other entries: path to names and what they lead to. */
export function withEntries(
  image: SyncImage,
  path: string,
  change: (entries: { name: string; nid: number; type: number }[]) => { name: string; nid: number }[],
): SyncImage {
  const { nid } = image.lookup(path);
  return {
    ...image,
    readdir: (dir) => {
      const entries = image.readdir(dir);
      return dir.nid === nid ? change(entries).map((entry) => ({ type: 0 as const, ...entry })) : entries;
    },
  };
}
