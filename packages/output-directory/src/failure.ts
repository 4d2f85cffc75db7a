import { type ByteString, ErofsError, failureReason, toText } from "@erofs/format";

/** A failure as it passes from thread to thread. */
export interface FailureRecord {
  readonly code: string;
  readonly message: string;
  /** In the image. */
  readonly path: ByteString;
  readonly nid: number | undefined;
}

/**
 * An error at a path of the image, in words: of a system call or of the reader.
 * @throws any other error, which is a mistake in the program
 */
export function describeFailure(error: unknown, path: ByteString): FailureRecord {
  const text = toText(path === "" ? "/" : path);
  const failure = failureReason(error);
  if (failure !== undefined) {
    return {
      code: failure.code,
      message: `${text}: ${failure.reason} (${failure.code})`,
      path,
      nid: undefined,
    };
  }
  if (error instanceof ErofsError) {
    return { code: error.code, message: `${text}: ${error.message}`, path, nid: error.nid };
  }
  throw error;
}

/** The error that a record tells of. */
export function errorOf({ code, message, path, nid }: FailureRecord): ErofsError {
  return new ErofsError(code, message, { path: toText(path), nid });
}
