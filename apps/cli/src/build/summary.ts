import type { DirectoryStats } from "@erofs/input-directory";

import { formatUuid } from "../options/identity.ts";
import { formatDuration, formatPercent, formatSize, plural } from "../terminal/units.ts";
import type { Warning } from "../terminal/warnings.ts";

/** What a build has done. */
export interface BuildResult {
  /** Path of the image. */
  readonly image: string;
  readonly stats: DirectoryStats;
  readonly imageBytes: number;
  /** Bytes of the blob that chunks went to. */
  readonly blobBytes: number;
  readonly uuid: Uint8Array;
  readonly milliseconds: number;
  readonly warnings: readonly Warning[];
  /** More than `warnings` where too many came to keep them all. */
  readonly warningCount: number;
}

/** The closing line: files, input and image size, ratio, time. */
export function summaryLine({ image, stats, imageBytes, blobBytes, milliseconds }: BuildResult): string {
  const directories = plural(stats.directories, "directory", "directories");
  const ratio = stats.bytes === 0 ? "" : ` (${formatPercent(imageBytes + blobBytes, stats.bytes)})`;
  const blob = blobBytes === 0 ? "" : ` and ${formatSize(blobBytes)}`;
  const sizes = `${formatSize(stats.bytes)} -> ${formatSize(imageBytes)}${blob}${ratio}`;
  return `${image}: ${plural(stats.files, "file")}, ${directories}; ${sizes} in ${formatDuration(milliseconds)}`;
}

/** The same, and more, for programs. `ratio` is what was written by input size, null for an empty input. */
export function summaryForJson(result: BuildResult): object {
  const { image, stats, imageBytes, blobBytes, uuid, milliseconds, warnings, warningCount } = result;
  const { bytes: inputBytes, ...counts } = stats;
  return {
    image,
    uuid: formatUuid(uuid),
    ...counts,
    inputBytes,
    imageBytes,
    blobBytes,
    ratio: inputBytes === 0 ? null : (imageBytes + blobBytes) / inputBytes,
    seconds: milliseconds / 1000,
    warningCount,
    warnings,
  };
}
