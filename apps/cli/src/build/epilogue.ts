import { includedCompressors } from "../compressors/included.ts";
import { presetRows } from "./presets.ts";

const compressorRows = includedCompressors.map(({ name, options, summary }) => {
  return `  ${name.padEnd(8)} ${summary}${options === "" ? "" : `; ${options}`}`;
});

/** What `erofs build --help` says behind the options. */
export const epilogue = `
Compressors for -z:
${compressorRows.join("\n")}
  auto     for each file what pays of lz4hc and zstd, or of a list from the fastest to read on, as
           auto:lz4hc:zstd:lzma; a slower one has to save 10 %, or with auto,worth=5 5 %
Others are modules and packages: ./mine.mjs, ./mine.mjs#name, @scope/name. Options follow behind commas, as in
zstd,19 or zstd,level=19,dictsize=64K; 'erofs compressors NAME' lists them. Several compressors have ':' between
them: the first one is for all files but those that hints give to another.

Presets, which options beside them override, as in --preset small -z zstd,19 or -E ^dedupe:
${presetRows.join("\n")}

Hints are lines of SIZE [COMPRESSOR] PATTERN: the largest cluster, 0 for no compression; the place in the list of -z
counted from 0, or a compressor as for -z; a POSIX extended regular expression for paths from SOURCE on, without a
slash in front. The first line that matches counts.

The list of --data-order has a path from SOURCE on a line, such as what a trace of the start of a system shows. What
is listed is stored together, so that reading ahead finds it; a directory stands for all in it.

Chunks are for files that are not to be compressed: with -z those that hints leave out and those of less than a block.
The blob of --blobdev is found by its tag in the device table, which is its SHA-256 digest. An image that has chunks
elsewhere is mounted with an option device=FILE for each of its devices, in the order that 'erofs inspect' lists.

Sizes are bytes, or have a unit of 1024: 4096, 4K, 64K, 1M.

The same SOURCE and options give the same bytes, on every host and with any number of workers, unless -U random
is asked for. SOURCE_DATE_EPOCH in the environment sets the build time and is the latest time that files may
have. IMAGE is replaced, once the new one is complete; when the build fails, it stays as it was.

Patterns of --exclude: one without a slash, like '*.o', is for names anywhere; one with a slash, like /build or
'doc/*.html', for paths from SOURCE on; one with a slash at its end for directories only. '**' crosses directories.

Examples:
  erofs build -z lz4hc,level=12 -C 64K rootfs rootfs.erofs
  erofs build --chunksize 1M --blobdev b.blob --chunk-dict a.erofs b b.erofs
  erofs build --all-root -T 0 --exclude '*.pyc' --exclude-path var/cache app app.erofs`;
