const binaryUnits = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"] as const;

/** Bytes for people: `812 B`, `4.00 KiB`, `1.25 GiB`; three significant digits from KiB on. */
export function formatSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  let value = bytes;
  let unit = "";
  for (unit of binaryUnits) {
    value /= 1024;
    // 1023.5 would round to "1024".
    if (value < 999.5) break;
  }
  return `${value.toFixed(value < 9.995 ? 2 : value < 99.95 ? 1 : 0)} ${unit}`;
}

/** Milliseconds for people: `0.42 s`, `12.3 s`, `4:05`, `1:02:03`. */
export function formatDuration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 9.995) return `${seconds.toFixed(2)} s`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  return formatClock(Math.round(seconds));
}

/** Whole seconds as `0:07`, `4:05` or `1:02:03`. */
export function formatClock(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  const tail = String(seconds % 60).padStart(2, "0");
  if (minutes < 60) return `${minutes}:${tail}`;
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${tail}`;
}

/** A count with thin grouping: `1,234,567`, whatever the host's locale. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** A share as `41.3 %`; nothing of nothing is `0.0 %`. */
export function formatPercent(part: number, whole: number): string {
  return `${(whole === 0 ? 0 : (part * 100) / whole).toFixed(1)} %`;
}

/** `1 file`, `2 files`. */
export function plural(count: number, one: string, many: string = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}
