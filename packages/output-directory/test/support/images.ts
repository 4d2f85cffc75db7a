import { memorySource, openSync, type SyncImage } from "@erofs/reader";
import { buildImage, type BuildOptions, inProcess, MemorySink } from "@erofs/builder";
import { nodePlatform } from "@erofs/builder/node";
import type { TreeNode } from "@erofs/tree";

export { naiveLz4 } from "../../../builder/test/naive-lz4.ts";
export {
  directory,
  everything,
  file,
  noise,
  runs,
  special,
  symlink,
  xattr,
} from "../../../builder/test/trees.ts";

/** The bytes of an image of a tree. */
export async function imageBytes(root: TreeNode, options: BuildOptions = {}): Promise<Uint8Array> {
  const sink = new MemorySink();
  await buildImage(root, sink, options, await inProcess(options, nodePlatform));
  return sink.image;
}

/** An opened image of a tree. */
export async function imageOf(root: TreeNode, options: BuildOptions = {}): Promise<SyncImage> {
  return openSync(memorySource(await imageBytes(root, options)));
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
