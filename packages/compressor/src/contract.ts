/**
 * The contract of a compressor plugin. EROFS compression is *fixed-size output*: the encoder is handed a
 * physical cluster of a given size and answers how much of the input it managed to put into it.
 */

/** On-disk algorithm ids (kernel: `Z_EROFS_COMPRESSION_*`). Ids above `zstd` are private to a plugin. */
export const Algorithm = { lz4: 0, lzma: 1, deflate: 2, zstd: 3 } as const;

export interface EncoderOptions {
  /** A level between the compressor's `levels.min` and `levels.max`. */
  readonly level: number;
  /** Dictionary (window) size in bytes, for algorithms that have one. */
  readonly dictSize?: number;
  /** The compressor's own options, by name, as `Compressor.extraOptions` declares them; the others are at their default. */
  readonly extra?: Readonly<Record<string, number>>;
  /** The largest output, in bytes, that `encode` will ever be asked for: the physical cluster size. */
  readonly maxOutput: number;
}

export interface EncodeResult {
  /** Bytes of the input, from its first one, that the output decodes to. */
  consumed: number;
  /** Bytes written to the output, from its first one. */
  produced: number;
}

export interface Encoder {
  /**
   * Encodes as many leading bytes of `input` as fit `output`, as one self-contained stream whose first byte
   * is not zero (on disk, a cluster is right-aligned behind zero bytes, which readers skip).
   *
   * `consumed` is at least 1 unless `output` cannot hold even one encoded byte; then both numbers are 0.
   * Nothing is written to `output` beyond `produced`. The same input, output size and options give the same bytes,
   * whatever the encoder did before. An encoder may look at no more than a first part of a long input.
   * The result may be one object that each call fills anew: read it before the next call.
   */
  encode(input: Uint8Array, output: Uint8Array): EncodeResult;
  /** The fast path: input that stands in the encoder's own memory. An encoder without it is driven by `encode`. */
  readonly window?: EncoderWindow;
}

/**
 * Memory of the encoder's own. The caller puts a run of input there and has cluster after cluster cut from it:
 * nothing is copied, and search structures may live on from one cluster to the next. Clusters stay independent
 * of each other all the same, and every cluster is byte for byte what `encode` makes of the same input.
 */
export interface EncoderWindow {
  /** Where the run goes. A view of at least 1 MiB that stays valid for the encoder's life. */
  readonly input: Uint8Array;
  /** Where a cluster comes out: a view of at least `maxOutput` bytes. What is behind `produced` is scratch. */
  readonly output: Uint8Array;
  /** Says that `input` now holds a new run of `length` bytes. */
  begin(length: number): void;
  /**
   * Encodes the run's bytes from `start` on, as many as fit `capacity` bytes at `output`.
   * `start` never goes back within a run.
   */
  encodeAt(start: number, capacity: number): EncodeResult;
}

/** Decodes one stream. Only private algorithms bring their own; the kernel's are decoded by the reader. */
export interface Decoder {
  /** Fills `output` from `input`; throws when `input` is damaged. Never reads or writes outside them. */
  decode(input: Uint8Array, output: Uint8Array): void;
}

export interface CompressorLevels {
  readonly min: number;
  readonly max: number;
  readonly default: number;
}

/** A numeric option that one compressor alone has, as lc of `lzma`. */
export interface ExtraOption {
  readonly min: number;
  readonly max: number;
  /** Half a line for `--help`. */
  readonly description: string;
}

export interface Compressor {
  /** As in `-z lz4hc,level=12`. */
  readonly name: string;
  /**
   * URL of a module that exports this object under `name` or as its default, `import.meta.url` as a rule: workers
   * import it from there. Without it, all compression runs on one thread.
   */
  readonly module?: string;
  /** The on-disk id, `Algorithm` or a private one. */
  readonly algorithm: number;
  /** Absent where there is nothing to choose. */
  readonly levels?: CompressorLevels;
  /** The dictionary (window) sizes that can be asked for, bytes. Absent where there is nothing to choose. */
  readonly dictSizes?: { readonly min: number; readonly max: number };
  /** Further options of its own, by name: whole numbers. */
  readonly extraOptions?: Readonly<Record<string, ExtraOption>>;
  /** One encoder per worker; it owns its scratch memory. */
  createEncoder(options: EncoderOptions): Encoder | Promise<Encoder>;
  /** For private algorithms only. */
  createDecoder?(): Decoder | Promise<Decoder>;
  /** The algorithm's compression-configuration record (without its size field) for the superblock. */
  config(options: EncoderOptions & { readonly blockSize: number }): Uint8Array;
}
