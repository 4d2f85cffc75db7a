import { type ByteString, decodeDevice, FileType, type Inode, nidText, typeOfMode } from "@erofs/format";
import type { Command } from "commander";

import { attributesForJson, isDevice, targetOf } from "../image/describe.ts";
import { listDirectory } from "../image/list-directory.ts";
import { formatMode } from "../image/mode.ts";
import { addImageOptions, type Image, type ImageOptions, withImage } from "../image/open-image.ts";
import { joinPath, locate, type Located } from "../image/paths.ts";
import type { Invocation } from "../invocation.ts";
import { JsonArray } from "../terminal/json.ts";
import { quoteName } from "../terminal/quote.ts";
import { formatTable } from "../terminal/table.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { formatMinute } from "../terminal/timestamp.ts";
import { formatSize } from "../terminal/units.ts";

interface ListOptions extends ImageOptions {
  readonly long?: true;
  readonly recursive?: true;
  readonly all?: true;
  readonly directory?: true;
  readonly dereference?: true;
  readonly human?: true;
  readonly nid?: true;
  readonly slash?: true;
  readonly null?: true;
  readonly json?: true;
}

/** Lines of a tree that are laid out together: columns are as wide as the widest of them. */
const batchSize = 1000;

/** A line to be: what is shown as the name, and the inode's number and type. */
interface Item {
  readonly shown: ByteString;
  readonly path: ByteString;
  readonly nid: number;
  /** A `FileType`; other numbers for types that are not known. */
  readonly type: number;
  /** Absent where it was not needed so far. */
  readonly node?: Inode;
}

const epilogue = `
Names are shown one a line, in byte order. What is not printable text in them is shown as \\n, \\\\ or \\xNN;
every command takes paths in that form. Hidden files (.name) are always listed.`;

export function define(command: Command, invocation: Invocation): void {
  addImageOptions(
    command
      .description(
        "Lists directories of an image: names, or all attributes. Without PATH, the root directory.",
      )
      .option("-l, --long", "mode, links, owner, group, size, time and target")
      .option("-R, --recursive", "directories with all below them, as whole paths")
      .option("-a, --all", "also . and ..")
      .option("-d, --directory", "directories themselves, not what is in them")
      .option("-L, --dereference", "follow a symlink that is given as PATH")
      .option("-i, --nid", "show the node id before each name")
      .option("-p, --slash", "put / behind names of directories")
      .option("--human", "sizes as 1.25 MiB with --long")
      .option("-0, --null", "names as they are, ended by a zero byte (for xargs -0)")
      .option("--json", "an array of objects with all attributes"),
  )
    .addHelpText("after", epilogue)
    .action(async (location: string, paths: string[], options: ListOptions) => {
      await withImage(location, options, (image) =>
        new Lister(image, invocation.terminal, options).list(paths),
      );
    });
}

class Lister {
  readonly #image: Image;
  readonly #terminal: Terminal;
  readonly #options: ListOptions;
  readonly #json: JsonArray;

  constructor(image: Image, terminal: Terminal, options: ListOptions) {
    this.#image = image;
    this.#terminal = terminal;
    this.#options = options;
    this.#json = new JsonArray(terminal);
  }

  async list(paths: readonly string[]): Promise<void> {
    const follow = this.#options.dereference === true;
    const found: Located[] = [];
    for (const path of paths.length === 0 ? ["/"] : paths)
      found.push(await locate(this.#image, path, follow));
    const isListed = ({ node }: Located) => {
      return this.#options.directory !== true && typeOfMode(node.mode) === FileType.directory;
    };
    const directories = found.filter(isListed);
    const others = found.filter((located) => !isListed(located));
    await this.#show(others.map(({ path, node }) => itemOf(path, path, node)));
    for (const [index, directory] of directories.entries()) {
      if (this.#options.recursive === true) await this.#showTree(directory);
      else await this.#showDirectory(directory, found.length > 1 ? index + others.length : undefined);
    }
    if (this.#options.json === true) await this.#json.end();
  }

  /** Shows a directory; with `place`, under a heading, since it is one of several things that were asked for. */
  async #showDirectory(directory: Located, place: number | undefined): Promise<void> {
    const { json, null: raw, all } = this.#options;
    if (place !== undefined && json !== true && raw !== true) {
      await this.#terminal.line(`${place > 0 ? "\n" : ""}${quoteName(directory.path)}:`);
    }
    const entries =
      all === true
        ? await this.#image.readdir(directory.node)
        : await listDirectory(this.#image, directory.node);
    await this.#show(
      entries.map(({ name, nid, type }) => ({
        shown: name,
        path: joinPath(directory.path, name),
        nid,
        type,
      })),
    );
  }

  async #showTree(top: Located): Promise<void> {
    let batch: Item[] = [];
    for await (const { path: below, node } of this.#image.walk(top.node)) {
      if (below === "") continue;
      const path = joinPath(top.path, below);
      batch.push(itemOf(path, path, node));
      if (batch.length === batchSize) {
        await this.#show(batch);
        batch = [];
      }
    }
    await this.#show(batch);
  }

  async #show(items: readonly Item[]): Promise<void> {
    const { json, null: raw, long } = this.#options;
    if (json === true) return this.#showJson(items);
    if (raw === true) {
      for (const { shown } of items) await this.#terminal.bytes(`${shown}\0`);
    } else if (long === true) {
      await this.#showLong(items);
    } else {
      for (const item of items) await this.#terminal.line(this.#nidColumn(item) + this.#name(item));
    }
  }

  async #showJson(items: readonly Item[]): Promise<void> {
    for (const { path, nid, ...known } of items) {
      const node = known.node ?? (await this.#image.inode(nid));
      await this.#json.add(attributesForJson({ path, node }, await targetOf(this.#image, node)));
    }
  }

  async #showLong(items: readonly Item[]): Promise<void> {
    const rows: string[][] = [];
    for (const item of items) {
      const node = item.node ?? (await this.#image.inode(item.nid));
      const target = await targetOf(this.#image, node);
      const arrow = target === undefined ? "" : ` -> ${quoteName(target)}`;
      rows.push([
        ...(this.#options.nid === true ? [nidText(item.nid)] : []),
        formatMode(node.mode),
        String(node.nlink),
        String(node.uid),
        String(node.gid),
        this.#size(node),
        formatMinute(node.mtime),
        this.#name(item, node.mode) + arrow,
      ]);
    }
    const alignments = ["left", "right", "right", "right", "right", "left", "left"] as const;
    const columns = this.#options.nid === true ? (["right", ...alignments] as const) : alignments;
    for (const line of formatTable(rows, columns)) await this.#terminal.line(line);
  }

  #nidColumn(item: Item): string {
    return this.#options.nid === true ? `${nidText(item.nid)} ` : "";
  }

  #size(node: Inode): string {
    if (isDevice(typeOfMode(node.mode))) {
      const { major, minor } = decodeDevice(node.rdev);
      return `${major}, ${minor}`;
    }
    return this.#options.human === true ? formatSize(node.size) : String(node.size);
  }

  #name(item: Item, mode = 0): string {
    const { colors } = this.#terminal;
    const name = quoteName(item.shown);
    switch (item.type) {
      case FileType.directory:
        return colors.blue(name) + (this.#options.slash === true && !name.endsWith("/") ? "/" : "");
      case FileType.symlink:
        return colors.cyan(name);
      case FileType.regular:
        return (mode & 0o111) === 0 ? name : colors.green(name);
      default:
        return colors.yellow(name);
    }
  }
}

function itemOf(shown: ByteString, path: ByteString, node: Inode): Item {
  return { shown, path, nid: node.nid, type: typeOfMode(node.mode) ?? 0, node };
}
