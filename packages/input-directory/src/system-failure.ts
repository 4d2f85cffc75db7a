import { BuildError, type ByteString, toText } from "@erofs/format";

/** A failed system call as an error of this toolkit. */
export function systemFailure(error: unknown, what: string, path: ByteString): BuildError {
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (typeof code !== "string") throw error;
  // Node's text is "ENOENT: no such file or directory, scandir '/x'".
  const reason = String(message)
    .replace(/^\w+: /, "")
    .replace(/, \w+( '.*')?( -> '.*')?$/s, "");
  return new BuildError(
    `${what} ${toText(path)}: ${reason} (${code})`,
    { path: toText(path), cause: error },
    code,
  );
}
