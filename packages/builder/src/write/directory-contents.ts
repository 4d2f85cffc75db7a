import { directoryContent } from "../plan/directory-content.ts";
import type { Directory } from "../plan/inventory.ts";
import { type ImagePlan, nidOf } from "./inode-body.ts";

/** The content of directories by inode index, once every inode has its nid. The last one is kept: it may be large. */
export function directoryContents({ inventory, plans, settings }: ImagePlan): (index: number) => Uint8Array {
  const directoryOf = new Map<number, Directory>(inventory.directories.map((each) => [each.index, each]));
  let last: { readonly index: number; readonly content: Uint8Array } | undefined;
  return (index) => {
    if (last?.index !== index) {
      const content = directoryContent(inventory, directoryOf.get(index)!, (i) => nidOf(plans, i), settings);
      last = { index, content };
    }
    return last.content;
  };
}
