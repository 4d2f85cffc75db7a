import { BuildError } from "./errors.ts";

/** What an error of a system call says, without the place that its text names. */
export interface FailureReason {
  /** "ENOENT" */
  readonly code: string;
  /** "no such file or directory" */
  readonly reason: string;
}

/**
 * Takes apart the error of a system call, as `node:fs` throws it, whose text is
 * "ENOENT: no such file or directory, open '/x'". Undefined for any other error.
 */
export function failureReason(error: unknown): FailureReason | undefined {
  if (!(error instanceof Error) || !("syscall" in error) || !("code" in error)) return undefined;
  const { code, message } = error;
  if (typeof code !== "string") return undefined;
  const reason = message.replace(/^\w+: /, "").replace(/, \w+( '.*')?( -> '.*')?$/s, "");
  return { code, reason };
}

/**
 * What `cause` tells about something that failed on the way to an image: `what` says what, "cannot open a/b", `path`
 * is for the error's own field. The code is the system's, or EIO where `cause` is no system call's.
 */
export function systemFailure(what: string, path: string, cause: unknown): BuildError {
  const failure = failureReason(cause);
  if (failure) {
    return new BuildError(`${what}: ${failure.reason} (${failure.code})`, { path, cause }, failure.code);
  }
  const words = cause instanceof Error ? cause.message : String(cause);
  return new BuildError(`${what}: ${words}`, { path, cause }, "EIO");
}
