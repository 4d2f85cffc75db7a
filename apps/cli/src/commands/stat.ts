import {
  type ByteString,
  DataLayout,
  decodeDevice,
  fromBytes,
  FileType,
  type Inode,
  nidText,
  typeOfMode,
} from "@erofs/format";
import type { Command } from "commander";

import { algorithmName } from "../image/algorithms.ts";
import { attributesForJson, isDevice, targetOf } from "../image/describe.ts";
import { layoutName } from "../image/layout.ts";
import { formatMode, formatPermissions, typeName } from "../image/mode.ts";
import { addImageOptions, type Image, type ImageOptions, withImage } from "../image/open-image.ts";
import { locate, type Located } from "../image/paths.ts";
import type { Invocation } from "../invocation.ts";
import { JsonArray } from "../terminal/json.ts";
import { nameForJson, quoteName, quoteText } from "../terminal/quote.ts";
import { formatFields } from "../terminal/table.ts";
import { formatInstant } from "../terminal/timestamp.ts";
import { formatSize } from "../terminal/units.ts";

interface StatOptions extends ImageOptions {
  readonly dereference?: true;
  readonly json?: true;
}

interface Attributes extends Located {
  readonly target: ByteString | undefined;
  /** Names of the algorithms that its content is compressed with. */
  readonly algorithms: readonly string[];
  readonly xattrs: readonly { readonly name: ByteString; readonly value: Uint8Array }[];
}

async function algorithmsOf(image: Image, node: Inode): Promise<string[]> {
  const { compressedFull, compressedCompact } = DataLayout;
  if (node.layout !== compressedFull && node.layout !== compressedCompact) return [];
  const ids = new Set((await image.extents(node)).flatMap(({ algorithm }) => algorithm ?? []));
  return [...ids].map((id) => algorithmName(image, id));
}

async function attributesOf(image: Image, located: Located): Promise<Attributes> {
  const { node } = located;
  return {
    ...located,
    target: await targetOf(image, node),
    algorithms: await algorithmsOf(image, node),
    xattrs: await image.xattrs(node),
  };
}

/** A value as quoted text where it is text, as hex where it is not. */
function formatValue(value: Uint8Array): string {
  const text = fromBytes(value);
  // A zero byte at the end is how SELinux labels are stored.
  return /^[ -~]*\0?$/.test(text) ? `"${quoteName(text)}"` : `0x${Buffer.from(value).toString("hex")}`;
}

function fieldsOf({ path, node, target, algorithms, xattrs }: Attributes): [string, string][] {
  const type = typeOfMode(node.mode);
  const fields: [string, string][] = [["Path", quoteName(path)]];
  if (target !== undefined) fields.push(["Target", quoteName(target)]);
  fields.push(["Type", typeName(type)]);
  if (isDevice(type)) {
    const { major, minor } = decodeDevice(node.rdev);
    fields.push(["Device", `${major}, ${minor}`]);
  }
  const human = node.size < 1024 ? "" : ` (${formatSize(node.size)})`;
  fields.push(
    ["Size", `${node.size}${human}`],
    ["Mode", `${formatPermissions(node.mode)} ${formatMode(node.mode)}`],
    ["Owner", `${node.uid}:${node.gid}`],
    ["Links", String(node.nlink)],
    ["Modified", formatInstant(node.mtime, node.mtimeNsec)],
    ["Node id", `${nidText(node.nid)} (${node.extended ? "extended" : "compact"} inode)`],
  );
  if (type === FileType.regular || type === FileType.directory || type === FileType.symlink) {
    fields.push(["Layout", layoutName(node.layout)]);
  }
  if (algorithms.length > 0) fields.push(["Compression", algorithms.map(quoteText).join(", ")]);
  for (const { name, value } of xattrs) fields.push(["Xattr", `${quoteName(name)} = ${formatValue(value)}`]);
  return fields;
}

function forJson(attributes: Attributes): object {
  const { node, target, algorithms, xattrs } = attributes;
  return {
    ...attributesForJson(attributes, target),
    inodeForm: node.extended ? "extended" : "compact",
    layout: layoutName(node.layout),
    algorithms,
    xattrs: xattrs.map(({ name, value }) => ({
      ...nameForJson("name", name),
      valueBase64: Buffer.from(value).toString("base64"),
    })),
  };
}

export function define(command: Command, invocation: Invocation): void {
  addImageOptions(
    command
      .description("Shows all attributes of files in an image, extended ones too.")
      .option("-L, --dereference", "follow symlinks")
      .option("--json", "an array of objects"),
  ).action(async (location: string, paths: string[], options: StatOptions) => {
    const { terminal } = invocation;
    await withImage(location, options, async (image) => {
      const json = new JsonArray(terminal);
      for (const [index, path] of paths.entries()) {
        const located = await locate(image, path, options.dereference === true);
        const attributes = await attributesOf(image, located);
        if (options.json === true) {
          await json.add(forJson(attributes));
          continue;
        }
        if (index > 0) await terminal.line("");
        for (const line of formatFields(fieldsOf(attributes))) await terminal.line(line);
      }
      if (options.json === true) await json.end();
    });
  });
}
