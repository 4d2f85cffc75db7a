/** What an error of a system call says, without the place that its text names. */
export interface FailureReason {
  /** "ENOENT" */
  readonly code: string;
  /** "no such file or directory" */
  readonly reason: string;
}

/**
 * Takes apart the error of a system call, of `node:fs` or of this package, whose text is
 * "ENOENT: no such file or directory, open '/x'". Undefined for any other error.
 */
export function failureReason(error: unknown): FailureReason | undefined {
  if (!(error instanceof Error) || !("syscall" in error) || !("code" in error)) return undefined;
  const { code, message } = error;
  if (typeof code !== "string") return undefined;
  const reason = message.replace(/^\w+: /, "").replace(/, \w+( '.*')?( -> '.*')?$/s, "");
  return { code, reason };
}
