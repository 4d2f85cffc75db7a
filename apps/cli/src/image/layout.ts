import { DataLayout } from "@erofs/format";

const names: Readonly<Record<DataLayout, string>> = {
  [DataLayout.flatPlain]: "plain",
  [DataLayout.flatInline]: "inline tail",
  [DataLayout.compressedFull]: "compressed, full index",
  [DataLayout.compressedCompact]: "compressed, compact index",
  [DataLayout.chunkBased]: "chunks",
};

/** A data layout in words: "compressed, compact index". */
export function layoutName(layout: DataLayout): string {
  return names[layout];
}
