/** Options of which mkfs.erofs has the value attached by "=", or left out: then it is this one. */
const valuesLeftOut: Readonly<Record<string, string>> = {
  "--xattr-inode-digest": "erofs.fingerprint.v1",
  "--MZ": "id",
};

/** Attaches values that were left out, so that what follows is not taken for one. */
export function attachValues(args: readonly string[]): string[] {
  const end = args.indexOf("--");
  return args.map((arg, i) => {
    const value = Object.hasOwn(valuesLeftOut, arg) ? valuesLeftOut[arg] : undefined;
    return value === undefined || (end >= 0 && i > end) ? arg : `${arg}=${value}`;
  });
}
