type Column = Uint8Array | Uint16Array | Uint32Array | Float64Array;

/** A column with room for `needed` numbers: the same one, or its numbers in one that is at least twice as large. */
export function grown<C extends Column>(column: C, needed: number): C {
  if (needed <= column.length) return column;
  const larger = new (column.constructor as new (length: number) => C)(Math.max(needed, 2 * column.length));
  larger.set(column);
  return larger;
}
