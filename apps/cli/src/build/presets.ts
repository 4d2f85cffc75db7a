import { Command } from "commander";

import type { ExtendedOptions } from "../options/extended.ts";

/** A set of options for a purpose; docs/presets.md says what it was measured by. */
interface Preset {
  readonly name: string;
  /** The options as they would be typed. */
  readonly options: string;
  readonly purpose: string;
}

export const presets: readonly Preset[] = [
  { name: "fast", options: "-z lz4 -C 16K", purpose: "built and read at random soonest; Linux 5.13" },
  {
    name: "balanced",
    options: "-z zstd -C 32K -E fragments,ztailpacking --zD",
    purpose: "small, and soon built and read; Linux 6.10",
  },
  {
    name: "small",
    options: "-z lzma,9 -C 1M -E all-fragments,dedupe,ztailpacking --zD",
    purpose: "as small as can be, slow to build and to read at random; Linux 6.1",
  },
  {
    name: "android",
    options: "-z lz4hc,9 -C 64K",
    purpose: "what devices with Linux 5.15 have",
  },
  {
    name: "container",
    options: "-z zstd,9 -C 64K -E fragments,dedupe,ztailpacking --zD",
    purpose: "built once and fetched often, with many small files; Linux 6.10",
  },
  {
    name: "ml",
    options: "-z auto,worth=30:lz4 -C 16K --max-extent-bytes 64K",
    purpose: "random reads of large files: only what shrinks by 30 % is compressed; Linux 5.13",
  },
];

export const presetNames: readonly string[] = presets.map(({ name }) => name);

/** What there is in flags for presets. */
interface PresetFlags {
  readonly preset?: string;
  readonly blockSize: number;
  readonly pclusterSize?: number;
  readonly extended?: ExtendedOptions;
}

/** The flags of `command` with those of their preset where nothing else was asked for. */
export function withPreset<Flags extends PresetFlags>(
  flags: Flags,
  command: Command,
  declareOptions: (command: Command) => void,
): Flags {
  const asked = presets.find(({ name }) => name === flags.preset);
  if (asked === undefined) return flags;
  const usual = new Command();
  declareOptions(usual);
  const {
    pclusterSize = 0,
    extended,
    ...preset
  } = usual.parse(asked.options.split(" "), { from: "user" }).opts<Flags>();
  const own = Object.entries(flags).filter(([name]) => command.getOptionValueSource(name) === "cli");
  return {
    ...flags,
    ...preset,
    // A cluster has a block at least.
    pclusterSize: Math.max(pclusterSize, flags.blockSize),
    ...Object.fromEntries(own),
    extended: { ...extended, ...flags.extended },
  };
}

/** The presets as rows of help. */
export const presetRows: readonly string[] = presets.flatMap(({ name, options, purpose }) => [
  `  ${name.padEnd(10)} ${purpose}`,
  `  ${"".padEnd(10)} ${options}`,
]);
