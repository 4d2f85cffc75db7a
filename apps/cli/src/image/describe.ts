import {
  type ByteString,
  decodeDevice,
  FileType,
  type Inode,
  isMetaboxNid,
  nidText,
  typeOfMode,
} from "@erofs/format";

import { nameForJson } from "../terminal/quote.ts";
import { formatInstant } from "../terminal/timestamp.ts";
import { typeName } from "./mode.ts";
import type { Image } from "./open-image.ts";
import type { Located } from "./paths.ts";

/** A NID for programs: a number, but a string for one of the metabox, which few programs could hold as a number. */
export function nidForJson(nid: number): number | string {
  return isMetaboxNid(nid) ? nidText(nid) : nid;
}

export function isDevice(type: FileType | undefined): boolean {
  return type === FileType.characterDevice || type === FileType.blockDevice;
}

/** Where a symlink points; undefined for anything else. */
export async function targetOf(image: Image, node: Inode): Promise<ByteString | undefined> {
  return typeOfMode(node.mode) === FileType.symlink ? await image.readlink(node) : undefined;
}

/** The attributes that `ls --json` and `stat --json` share. `mode` is `st_mode` as a number. */
export function attributesForJson({ path, node }: Located, target: ByteString | undefined): object {
  const type = typeOfMode(node.mode);
  return {
    ...nameForJson("path", path),
    type: typeName(type),
    nid: nidForJson(node.nid),
    mode: node.mode,
    links: node.nlink,
    uid: node.uid,
    gid: node.gid,
    size: node.size,
    mtime: node.mtime,
    mtimeNsec: node.mtimeNsec,
    modified: formatInstant(node.mtime, node.mtimeNsec),
    ...(target === undefined ? {} : nameForJson("target", target)),
    ...(isDevice(type) ? { device: decodeDevice(node.rdev) } : {}),
  };
}
