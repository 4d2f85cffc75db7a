/**
 * The contract of a compressor plugin. EROFS compression is *fixed-size output*: the encoder is handed a
 * physical cluster of a given size and answers how much of the input it managed to put into it.
 */

/** On-disk algorithm ids that kernels know (`Z_EROFS_COMPRESSION_*`). */
export const Algorithm = { lz4: 0, lzma: 1, deflate: 2, zstd: 3 } as const;

/**
 * Ids that a plugin may take for an algorithm of its own: the field on disk has four bits. Nobody hands them out. An
 * image says beside the id what its compressor is called, and readers go by the name; so two plugins with one id are
 * only in each other's way within one image.
 */
export const PRIVATE_ALGORITHMS = { min: 4, max: 15 } as const;

export interface EncoderOptions {
  /** A level between the compressor's `levels.min` and `levels.max`; 0 for one without levels. */
  readonly level: number;
  /**
   * Dictionary (window) size in bytes, within the compressor's `dictSizes`. Absent: whatever suits `level` and
   * `maxOutput`.
   */
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
   * whatever the encoder did before, on every machine. An encoder may look at no more than a first part of a long input,
   * and has to where time matters: the input is all that follows in the file, up to megabytes.
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
  /**
   * Fills `output` from `input`, a stream as `encode` made it (without the zeros that are in front of it on disk), and
   * changes nothing else. `output` has the length that the stream decodes to; where that is not so, or where `input` is
   * damaged in another way, this throws any error, and what `output` holds does not matter. It comes to an end on every
   * input, in a time that follows from the two lengths, and it does the same whatever it decoded before. It returns
   * nothing, and no promise either.
   */
  decode(input: Uint8Array, output: Uint8Array): void;
}

/** Whole numbers, `min` ≤ `default` ≤ `max`. */
export interface CompressorLevels {
  readonly min: number;
  readonly max: number;
  readonly default: number;
}

/** An option that one compressor alone has, as lc of `lzma`: a whole number. What it is when not given, the encoder knows. */
export interface ExtraOption {
  readonly min: number;
  readonly max: number;
  /** Half a line for `--help`. */
  readonly description: string;
}

export interface Compressor {
  /**
   * As in `-z lz4hc,level=12`: up to 64 of a-z, 0-9, '.', '_' and '-'. For a private algorithm, images carry it, and it
   * is by this name that readers find the decoder: change it when streams change in a way that old decoders cannot read.
   */
  readonly name: string;
  /**
   * URL of a module that exports this object, under any name: `import.meta.url` as a rule. Workers import it from there,
   * and go by its `name`. Without it, all compression runs on one thread. The `erofs` command fills it in for
   * a compressor that it loads from a module.
   */
  readonly module?: string;
  /** The on-disk id: one of `Algorithm`, whose streams every kernel reads, or one of `PRIVATE_ALGORITHMS`. */
  readonly algorithm: number;
  /** Absent where there is nothing to choose. */
  readonly levels?: CompressorLevels;
  /** The dictionary (window) sizes that can be asked for, bytes. Absent where there is nothing to choose. */
  readonly dictSizes?: { readonly min: number; readonly max: number };
  /** Further options of its own, by names of a-z, 0-9, '_' and '-'. */
  readonly extraOptions?: Readonly<Record<string, ExtraOption>>;
  /**
   * One encoder per worker; it owns its scratch memory and shares nothing with other encoders. Throws (or rejects) when
   * an option is out of range.
   */
  createEncoder(options: EncoderOptions): Encoder | Promise<Encoder>;
  /** For private algorithms, which must have it. */
  createDecoder?(): Decoder | Promise<Decoder>;
  /**
   * The algorithm's compression-configuration record (without its size field) for the superblock. What kernels want in
   * it for their algorithms: LZ4 14 bytes (u16 farthest match, u16 blocks of the largest cluster), LZMA 14 (u32
   * dictionary size), DEFLATE 6 (u8 log2 of the window), ZSTD 6 (u8 0, u8 log2 of the window minus 10); little-endian,
   * the rest zero. The record of a private algorithm is the plugin's own affair, of up to 1024 bytes, and must not depend
   * on options in a way that decoders would have to know: they are not told.
   */
  config(options: EncoderOptions & { readonly blockSize: number }): Uint8Array;
}
