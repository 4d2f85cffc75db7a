/** FUSE's root node. */
export const ROOT_NODE = 1;

/** Before it there are the root, and 0, which stands for no node. */
const FIRST_NODE = 2;

/**
 * Which nodes of FUSE the inodes of an image are. Nothing is remembered: nodes are good as long as the image is, also
 * behind an NFS server and after mounting again.
 */
export interface NodeIds {
  nodeOf(nid: number): number;
  nidOf(node: number): number;
}

export function nodeIds(rootNid: number): NodeIds {
  return {
    nodeOf: (nid) => (nid === rootNid ? ROOT_NODE : nid + FIRST_NODE),
    nidOf: (node) => (node === ROOT_NODE ? rootNid : node - FIRST_NODE),
  };
}
