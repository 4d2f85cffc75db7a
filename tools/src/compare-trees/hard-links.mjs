import { printable } from "./printable.mjs";

/** @typedef {import("./attributes.mjs").Attributes} Attributes */
/** @typedef {{ nlink: bigint, names: bigint, partner: string, path: string }} Group */

/** Compares which names share an inode in two trees, and the link counts. Directories are not for it. */
export class HardLinks {
  /** @type {Map<string, Group>} */
  #left = new Map();
  /** @type {Map<string, Group>} */
  #right = new Map();
  /** @type {string[]} */
  #differences = [];

  /**
   * @param {string} path a byte string
   * @param {Attributes} left
   * @param {Attributes} right
   * @returns {boolean} whether this pair of inodes is seen for the first time
   */
  add(path, left, right) {
    const a = count(this.#left, left, right.inode, path);
    const b = count(this.#right, right, left.inode, path);
    if (a.partner !== right.inode || b.partner !== left.inode) {
      const other = a.partner !== right.inode ? a : b;
      const side = other === a ? "left" : "right";
      this.#differences.push(
        `${printable(path)}: shares its inode with ${printable(other.path)} on the ${side} only`,
      );
      return true;
    }
    return a.names === 1n;
  }

  /** @returns {string[]} */
  differences() {
    const differences = [...this.#differences];
    for (const left of this.#left.values()) {
      const right = this.#right.get(left.partner);
      if (!right || left.nlink === right.nlink) continue;
      // Names outside the tree on the left are not expected on the right.
      if (left.nlink > left.names && right.nlink === right.names) continue;
      differences.push(`${printable(left.path)}: nlink ${left.nlink}, ${right.nlink}`);
    }
    return differences;
  }
}

/**
 * @param {Map<string, Group>} groups
 * @param {Attributes} attributes
 * @param {string} partner
 * @param {string} path
 * @returns {Group}
 */
function count(groups, { inode, nlink }, partner, path) {
  let group = groups.get(inode);
  if (!group) {
    group = { nlink, names: 0n, partner, path };
    groups.set(inode, group);
  }
  group.names++;
  return group;
}
