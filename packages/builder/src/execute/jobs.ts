import type { ByteString } from "@erofs/format";
import type { Pieces } from "./pieces.ts";

/**
 * The work that is done apart from planning, on any thread. What comes out depends on the job alone, never on
 * who does it or when, so the number of workers cannot show in an image.
 */
export type Job = CompressJob | ChooseJob | ChunkJob | DigestJob | SliceJob | FillJob;

/** What becomes of the last cluster of a run, with which a file may end. */
export const RunEnd = {
  /** It has blocks as the others have. */
  blocks: 0,
  /** It may go behind the inode, if it takes less than a block. */
  inline: 1,
  /** If it would not be full, its bytes are left to the packed inode. */
  fragment: 2,
  /**
   * It has blocks, and no extent of the run is shorter than a block: then what follows may begin in any place of a block.
   * Such a run has at least `shortestWholeRun` blocks.
   */
  whole: 3,
} as const;
export type RunEnd = (typeof RunEnd)[keyof typeof RunEnd];

/** See `RunEnd.whole`: of what nothing shrinks, the odd bytes go to one extent with the two blocks before them. */
export const shortestWholeRun = 2;

/** Compress runs. Destinations are ignored: outputs follow one another. */
export interface CompressJob {
  readonly kind: "compress";
  readonly pieces: Pieces;
  /** Whether all pieces together are one run; else each is one. */
  readonly joined?: boolean;
  /** For each run the index of a compression, `Choice.none`, or `Choice.auto` for one that is a whole file. */
  readonly choices: Uint8Array;
  /** For each run a `RunEnd`. */
  readonly ends: Uint8Array;
  /** Whether plain blocks are interlaced, see `interlaces`; runs begin at blocks of their files. */
  readonly interlaced?: boolean;
  readonly pathOf: (piece: number) => ByteString;
}

/** Choose the compression of a file of which the pieces are a sample. */
export interface ChooseJob {
  readonly kind: "choose";
  readonly pieces: Pieces;
  readonly pathOf: (piece: number) => ByteString;
}

/** Digest each piece. */
export interface DigestJob {
  readonly kind: "digest";
  readonly pieces: Pieces;
  readonly pathOf: (piece: number) => ByteString;
}

/** Cut each piece into slices by its content, and digest them. */
export interface SliceJob {
  readonly kind: "slice";
  readonly pieces: Pieces;
  /** log2 of the bytes that a slice has on average. */
  readonly sliceBits: number;
  readonly pathOf: (piece: number) => ByteString;
}

/** Read and digest chunks. Each piece is a run of whole chunks, of which the last one may be the short end of a file. */
export interface ChunkJob {
  readonly kind: "chunk";
  readonly pieces: Pieces;
  readonly chunkSize: number;
  readonly blockSize: number;
  /** Handed over and handed back: room for all chunks, each from a block's beginning on. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly pathOf?: undefined;
}

/** Read each piece to its destination in `bytes`. */
export interface FillJob {
  readonly kind: "fill";
  readonly pieces: Pieces;
  /** Handed over and handed back: metadata that is already there stays. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly pathOf?: undefined;
}

/** What stands in place of an index of `Settings.compressions`. */
export const Choice = {
  /** Stored as it is. */
  none: 0xff,
  /** What pays, see `choose`. */
  auto: 0xfe,
} as const;

export interface CompressResult {
  /** The blocks of all runs, one run after the other. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** For each run the compression that was used, `Choice.none` for none. */
  readonly choices: Uint8Array;
  /** For each run the number of its extents, 0 for a run that is stored as it is, or left to the packed inode. */
  readonly extentCounts: Uint32Array;
  /** The extents of all runs, as `ExtentPairs`. */
  readonly extents: Uint32Array;
  /** For each run see `ClusterCutter.tailSize`. */
  readonly tailSizes: Uint32Array;
  /** For each run the bytes at its end that are left to the packed inode, with the SHA-256 digests of all that there are. */
  readonly fragmentSizes: Uint32Array;
  readonly fragmentDigests: Uint8Array;
}

export interface ChooseResult {
  /** The index of a compression, or `Choice.none`. */
  readonly choice: number;
}

export interface ChunkResult {
  /** The chunks that are not zeros, one behind the other, each filled up with zeros to a block's end. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** For each chunk its SHA-256 digest. */
  readonly digests: Uint8Array;
  /** For each chunk 1 if it is zeros; it has no digest then. */
  readonly holes: Uint8Array;
}

export interface DigestResult {
  /** The SHA-256 digests of all pieces, 32 bytes each. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface SliceResult {
  /** For each piece the number of its slices. */
  readonly counts: Uint32Array;
  /** The bytes of each slice of all pieces. */
  readonly lengths: Uint32Array;
  /** Their SHA-256 digests, 32 bytes each. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface FillResult {
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface ResultOf {
  compress: CompressResult;
  choose: ChooseResult;
  chunk: ChunkResult;
  digest: DigestResult;
  slice: SliceResult;
  fill: FillResult;
}

/** Runs jobs, several at a time. */
export interface Executor {
  /** How many jobs are worth having under way. */
  readonly concurrency: number;
  run<J extends Job>(job: J): Promise<ResultOf[J["kind"]]>;
}
