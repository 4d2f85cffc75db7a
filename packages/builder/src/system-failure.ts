import { BuildError } from "@erofs/format";

/**
 * A system's error as ours. `what` says what failed, "cannot open a/b"; the system's own words come from its message,
 * which Node begins with "EACCES: permission denied, …".
 */
export function systemFailure(what: string, path: string, cause: unknown): BuildError {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "EIO";
  const words = cause instanceof Error ? /^[A-Z0-9_]+: ([^,]+)/.exec(cause.message)?.[1] : undefined;
  return new BuildError(`${what}: ${words ? `${words} (${code})` : code}`, { path, cause }, code);
}
