import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { listXattrs, emptyStat, pathArgument, statInDirectory } from "@erofs/linux";
import { modeOf, type TreeNode } from "../../../tree/src/index.ts";

const type = 0o170000;

/**
 * How what was extracted differs from the tree, a line each; empty when all is equal: names, types, permissions,
 * owners, times, extended attributes, content, targets, devices, and which names are one file.
 */
export function differences(root: TreeNode, hostPath: string): string[] {
  const found: string[] = [];
  const inodes = new Map<TreeNode, string>();
  const stat = emptyStat();

  function compare(node: TreeNode, path: string): void {
    const differs = (what: string, actual: unknown, expected: unknown): void => {
      if (actual !== expected) found.push(`${path}: ${what} ${String(actual)}, expected ${String(expected)}`);
    };
    statInDirectory(-100, path, stat);
    differs("mode", stat.mode.toString(8), modeOf(node).toString(8));
    differs("owner", `${stat.uid}:${stat.gid}`, `${node.uid}:${node.gid}`);
    differs("time", `${stat.mtime}.${stat.mtimeNsec}`, `${node.mtime}.${node.mtimeNsec}`);
    differs("device", `${stat.major}:${stat.minor}`, `${node.major}:${node.minor}`);
    const inode = `${stat.inoHigh}:${stat.inoLow}`;
    differs("inode", inode, inodes.get(node) ?? inode);
    inodes.set(node, inode);
    differs("xattrs", xattrText(listXattrs(path, false) ?? []), xattrText(node.xattrs ?? []));
    const argument = pathArgument(path);
    if ((modeOf(node) & type) === 0o100000) {
      const expected = node.content?.kind === "memory" ? node.content.bytes : new Uint8Array();
      if (!readFileSync(argument).equals(expected)) found.push(`${path}: other content`);
    }
    if (node.target !== undefined)
      differs("target", readlinkSync(argument, { encoding: "latin1" }), node.target);
    if (node.entries === undefined) return;
    const names = readdirSync(argument, { encoding: "latin1" }).toSorted();
    differs("entries", names.join("|"), node.entries.map((entry) => entry.name).join("|"));
    for (const entry of node.entries) compare(entry.node, `${path}/${entry.name}`);
  }

  compare(root, hostPath);
  if (new Set(inodes.values()).size !== inodes.size) found.push("files that are one, but should not be");
  return found;
}

function xattrText(list: readonly { readonly name: string; readonly value: Uint8Array }[]): string {
  return list
    .map(({ name, value }) => `${name}=${Buffer.from(value).toString("hex")}`)
    .toSorted()
    .join(" ");
}

/** Paths below a directory, directories with a slash, in byte order. Follows no symlink. */
export function pathsBelow(hostPath: string, prefix = ""): string[] {
  return readdirSync(pathArgument(hostPath), { encoding: "latin1" })
    .toSorted()
    .flatMap((name) => {
      const path = `${hostPath}/${name}`;
      const isDirectory = lstatSync(pathArgument(path)).isDirectory();
      return isDirectory ? [`${prefix}${name}/`, ...pathsBelow(path, `${prefix}${name}/`)] : [prefix + name];
    });
}
