/** What was asked for on the command line that is no compressor of the command's own, as it was asked for. */
export const loadedPlugins = new Set<string>();

/** Who is to blame for what no call of the command's has done: "compressor ./mine.mjs", or the command itself. */
export function suspects(): string {
  const names = [...loadedPlugins].join(", ");
  return names === "" ? "the command" : `compressor ${names}`;
}
