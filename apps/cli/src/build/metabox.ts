import type { MetaboxOptions } from "@erofs/builder";

import type { MetaboxFlag } from "../options/metabox.ts";
import { compressionOf } from "./compression.ts";

/** What the builder is told of `-m`. @throws UsageError about the compressor, CommandFailure about a plugin */
export async function metaboxOptions(
  flag: MetaboxFlag | undefined,
  verify: boolean | undefined,
): Promise<MetaboxOptions | undefined> {
  if (flag === undefined) return undefined;
  const { pclusterSize, compressor } = flag;
  return compressor === undefined
    ? { pclusterSize }
    : { pclusterSize, compression: await compressionOf(compressor, verify) };
}
