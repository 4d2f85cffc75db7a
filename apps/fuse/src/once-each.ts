/** More different lines are not told. */
const MAX_LINES = 1000;

/** Passes each line on once: whoever reads a damaged file reads it again. */
export function onceEach(log: (line: string) => void): (line: string) => void {
  const seen = new Set<string>();
  return (line) => {
    if (seen.size > MAX_LINES || seen.has(line)) return;
    seen.add(line);
    log(seen.size > MAX_LINES ? "there are more errors; no more of them are told" : line);
  };
}
