import { BuildError, type ByteString, toText } from "@erofs/format";

/**
 * What a compressor did that none may do. `EPROTO` unless it is known better: `ENOMEM`, or `ETIMEDOUT` for one that
 * did not return.
 */
export class CompressorFailure extends BuildError {
  readonly compressor: string;
  readonly how: string;
  /** The piece of the job that it was at, where it was at one. */
  piece: number | undefined;

  constructor(
    compressor: string,
    how: string,
    code = "EPROTO",
    place: { path?: ByteString; cause?: unknown } = {},
  ) {
    const at = place.path === undefined ? "" : `, at ${toText(place.path)}`;
    super(`compressor ${compressor} ${how}${at}`, place, code);
    this.compressor = compressor;
    this.how = how;
  }

  /** The same, with the path of its piece. */
  at(path: ByteString): CompressorFailure {
    return new CompressorFailure(this.compressor, this.how, this.code, { path, cause: this.cause });
  }
}

/** `error` with the path of the file that a compressor failed at, if that is what it is. */
export function withPath(error: unknown, pathOf: ((piece: number) => ByteString) | undefined): unknown {
  if (!(error instanceof CompressorFailure) || error.piece === undefined || !pathOf) return error;
  return error.at(pathOf(error.piece));
}

/** What a plugin threw, as a failure: it may be no error, or one that throws again when it is looked at. */
export function thrownBy(compressor: string, doing: string, cause: unknown): CompressorFailure {
  if (cause instanceof CompressorFailure) return cause;
  let reason = "it threw something that is no error";
  let code = "EPROTO";
  try {
    reason = cause instanceof Error ? String(cause.message) : `it threw ${String(cause)}`;
    // What V8 says when it cannot have memory, for buffers and for WebAssembly.
    if (cause instanceof RangeError && /allocat/i.test(reason)) code = "ENOMEM";
  } catch {
    // Nothing more is known then.
  }
  return new CompressorFailure(compressor, `failed ${doing}: ${reason}`, code, { cause });
}
