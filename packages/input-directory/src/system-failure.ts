import { BuildError, type ByteString, toText } from "@erofs/format";
import { failureReason } from "@erofs/linux";

/** A failed system call as an error of this toolkit. */
export function systemFailure(error: unknown, what: string, path: ByteString): BuildError {
  const failure = failureReason(error);
  if (failure === undefined) throw error;
  const text = toText(path);
  return new BuildError(
    `${what} ${text}: ${failure.reason} (${failure.code})`,
    { path: text, cause: error },
    failure.code,
  );
}
