import type { ByteString } from "@erofs/format";

/** The paths below a directory in the order in which they were first seen: the lines of a list for `--data-order`. */
export class FirstSeen {
  readonly #prefix: ByteString;
  readonly #paths = new Set<ByteString>();
  /** Paths that no line can hold. */
  unfit = 0;

  /** @param directory absolute, without "." and ".." */
  constructor(directory: ByteString) {
    this.#prefix = directory.endsWith("/") ? directory : `${directory}/`;
  }

  get count(): number {
    return this.#paths.size;
  }

  /** Takes an absolute path. What is not below the directory does not count. */
  add(path: ByteString): void {
    if (!path.startsWith(this.#prefix) || path.length === this.#prefix.length) return;
    const below = path.slice(this.#prefix.length);
    if (below.includes("\n")) this.unfit++;
    else this.#paths.add(below);
  }

  /** A path a line, bytes as they are. */
  list(): ByteString {
    let text = "";
    for (const path of this.#paths) text += `${path}\n`;
    return text;
  }
}
