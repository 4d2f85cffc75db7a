import { InvalidArgumentError } from "commander";
import { sizeValue } from "./size.ts";

/** The part of the build options that words of `-E` set. */
export interface ExtendedOptions {
  inlineData?: boolean;
  tailPacking?: boolean;
  legacyIndex?: boolean;
  dedupe?: boolean;
  dotOmitted?: boolean;
  addressing?: "48bit";
  plainXattrPrefixes?: boolean;
  fragments?: { readonly all: boolean; readonly pclusterSize?: number } | undefined;
  fragmentDedupe?: "full" | "inode" | "off";
  inodeForm?: "compact" | "extended";
  chunkEntries?: "block-map" | "indexes";
}

/** A word of `mkfs.erofs -E` that has a meaning here. */
interface Word {
  readonly options: ExtendedOptions;
  /** Whether a size may stand behind it, which is that of the packed inode's clusters. */
  readonly takesSize?: true;
}

const words: Readonly<Record<string, Word>> = {
  noinline_data: { options: { inlineData: false } },
  "^inline_data": { options: { inlineData: false } },
  inline_data: { options: { inlineData: true } },
  ztailpacking: { options: { tailPacking: true } },
  dedupe: { options: { dedupe: true } },
  "^dedupe": { options: { dedupe: false } },
  fragments: { options: { fragments: { all: false } }, takesSize: true },
  "^fragments": { options: { fragments: undefined } },
  "^ztailpacking": { options: { tailPacking: false } },
  "all-fragments": { options: { fragments: { all: true } }, takesSize: true },
  fragdedupe: { options: { fragmentDedupe: "full" } },
  "fragdedupe=full": { options: { fragmentDedupe: "full" } },
  "fragdedupe=inode": { options: { fragmentDedupe: "inode" } },
  "fragdedupe=off": { options: { fragmentDedupe: "off" } },
  "^fragdedupe": { options: { fragmentDedupe: "off" } },
  "dot-omitted": { options: { dotOmitted: true } },
  "plain-xattr-prefixes": { options: { plainXattrPrefixes: true } },
  "48bit": { options: { addressing: "48bit" } },
  "legacy-compress": { options: { legacyIndex: true } },
  "force-chunk-indexes": { options: { chunkEntries: "indexes" } },
  "force-inode-blockmap": { options: { chunkEntries: "block-map" } },
  "force-inode-compact": { options: { inodeForm: "compact" } },
  "force-inode-extended": { options: { inodeForm: "extended" } },
};

const known = Object.entries(words)
  .map(([name, { takesSize }]) => (takesSize ? `${name}[=SIZE]` : name))
  .join(", ");

function meaningOf(text: string): ExtendedOptions {
  if (Object.hasOwn(words, text)) return words[text]!.options;
  const [name = "", value, ...others] = text.split("=");
  const word = Object.hasOwn(words, name) ? words[name] : undefined;
  if (value === undefined || word?.takesSize !== true || others.length > 0) {
    throw new InvalidArgumentError(`Unknown word '${text}', known are ${known}.`);
  }
  const { fragments } = word.options;
  return { fragments: { all: false, ...fragments, pclusterSize: sizeValue(value) } };
}

/** Reads `-E WORD[,WORD…]`, adding to what earlier `-E` gave. */
export function extendedValue(text: string, previous: ExtendedOptions = {}): ExtendedOptions {
  const result = { ...previous };
  for (const word of text.split(",")) Object.assign(result, meaningOf(word));
  return result;
}
