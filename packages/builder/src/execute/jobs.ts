import type { ByteString } from "@erofs/format";
import type { Pieces } from "./pieces.ts";

/**
 * The work that is done apart from planning, on any thread. What comes out depends on the job alone, never on
 * who does it or when, so the number of workers cannot show in an image.
 */
export type Job = CompressJob | ChooseJob | FillJob;

/** Compress each piece as one run. Destinations are ignored: outputs follow one another. */
export interface CompressJob {
  readonly kind: "compress";
  readonly pieces: Pieces;
  /** For each piece the index of a compression, `Choice.none`, or `Choice.auto` for one that is a whole file. */
  readonly choices: Uint8Array;
  /** For each piece whether its file ends with it: 0 or 1. */
  readonly endsFile: Uint8Array;
  readonly pathOf: (piece: number) => ByteString;
}

/** Choose the compression of a file of which the pieces are a sample. */
export interface ChooseJob {
  readonly kind: "choose";
  readonly pieces: Pieces;
  readonly pathOf: (piece: number) => ByteString;
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
  /** The blocks of all pieces, one piece after the other. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** For each piece the compression that was used, `Choice.none` for none. */
  readonly choices: Uint8Array;
  /** For each piece the number of its extents, 0 for a piece that is stored as it is. */
  readonly extentCounts: Uint32Array;
  /** The extents of all pieces, as `ExtentPairs`. */
  readonly extents: Uint32Array;
  /** For each piece the bytes of its last cluster, if they can go behind the inode, else 0: see `ClusterCutter.tailSize`. */
  readonly tailSizes: Uint32Array;
}

export interface ChooseResult {
  /** The index of a compression, or `Choice.none`. */
  readonly choice: number;
}

export interface FillResult {
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface ResultOf {
  compress: CompressResult;
  choose: ChooseResult;
  fill: FillResult;
}

/** Runs jobs, several at a time. */
export interface Executor {
  /** How many jobs are worth having under way. */
  readonly concurrency: number;
  run<J extends Job>(job: J): Promise<ResultOf[J["kind"]]>;
}
