/** How a column stands: numbers to the right. */
export type Alignment = "left" | "right";

/** Length of a text on screen, colour escapes not counted. */
function visibleLength(text: string): number {
  // Colour sequences are ours alone: what comes from images is quoted before it gets here.
  const escape = text.indexOf("\u001b[");
  return escape < 0 ? text.length : text.replaceAll(/\u001b\[\d+m/g, "").length; // oxlint-disable-line no-control-regex
}

/** Rows of cells as lines of aligned columns, two spaces between; the last left column is not padded. */
export function formatTable(
  rows: readonly (readonly string[])[],
  alignments: readonly Alignment[],
): string[] {
  const widths = alignments.map((_, column) => {
    return rows.reduce((width, row) => Math.max(width, visibleLength(row[column] ?? "")), 0);
  });
  return rows.map((row) => {
    const cells = alignments.map((alignment, column) => {
      const cell = row[column] ?? "";
      const padding = " ".repeat((widths[column] ?? 0) - visibleLength(cell));
      return alignment === "right" ? padding + cell : cell + padding;
    });
    return cells.join("  ").trimEnd();
  });
}

/** `label: value` lines with the values in one column. */
export function formatFields(fields: readonly (readonly [label: string, value: string])[]): string[] {
  return formatTable(
    fields.map(([label, value]) => [`${label}:`, value]),
    ["left", "left"],
  );
}
