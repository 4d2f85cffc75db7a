import { InvalidArgumentError } from "commander";

/** The part of the build options that words of `-E` set. */
export interface ExtendedOptions {
  inlineData?: boolean;
  tailPacking?: boolean;
  legacyIndex?: boolean;
  inodeForm?: "compact" | "extended";
}

/** The words of `mkfs.erofs -E` that have a meaning here, each with the option that it stands for. */
const words: Readonly<Record<string, ExtendedOptions>> = {
  noinline_data: { inlineData: false },
  "^inline_data": { inlineData: false },
  inline_data: { inlineData: true },
  ztailpacking: { tailPacking: true },
  "legacy-compress": { legacyIndex: true },
  "force-inode-compact": { inodeForm: "compact" },
  "force-inode-extended": { inodeForm: "extended" },
};

/** Reads `-E WORD[,WORD…]`, adding to what earlier `-E` gave. */
export function extendedValue(text: string, previous: ExtendedOptions = {}): ExtendedOptions {
  const result = { ...previous };
  for (const word of text.split(",")) {
    const meaning = Object.hasOwn(words, word) ? words[word] : undefined;
    if (meaning === undefined) {
      throw new InvalidArgumentError(`Unknown word '${word}', known are ${Object.keys(words).join(", ")}.`);
    }
    Object.assign(result, meaning);
  }
  return result;
}
