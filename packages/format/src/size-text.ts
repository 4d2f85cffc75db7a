const factors = new Map([
  ["", 1],
  ["k", 2 ** 10],
  ["m", 2 ** 20],
  ["g", 2 ** 30],
  ["t", 2 ** 40],
]);

const shape = /^(\d+)\s*([kmgt]?)(?:i?b)?$/i;

/** Bytes meant by `4096`, `4K`, `64k`, `64KiB` or `1M` (units of 1024); undefined for anything else. */
export function parseSize(text: string): number | undefined {
  const match = shape.exec(text);
  if (match === null) return undefined;
  const size = Number(match[1]) * (factors.get((match[2] ?? "").toLowerCase()) ?? Number.NaN);
  return Number.isSafeInteger(size) ? size : undefined;
}
