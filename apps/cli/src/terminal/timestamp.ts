/** Dates beyond what JavaScript can hold (year 275760) are told as seconds since 1970. */
function dateOf(seconds: number): Date | undefined {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}

/** Local time to the minute, as `ls -l` wants it: `2024-05-01 12:34`. */
export function formatMinute(seconds: number): string {
  const date = dateOf(seconds);
  if (date === undefined) return `@${seconds}`;
  const day = `${String(date.getFullYear()).padStart(4, "0")}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** UTC with nanoseconds: `2024-05-01T12:34:56.000000001Z`. */
export function formatInstant(seconds: number, nanoseconds: number): string {
  const date = dateOf(seconds);
  if (date === undefined) return `@${seconds}.${String(nanoseconds).padStart(9, "0")}`;
  return date.toISOString().replace(/\.\d{3}Z$/, `.${String(nanoseconds).padStart(9, "0")}Z`);
}
