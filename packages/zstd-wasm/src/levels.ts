/** What a level means to the kernels. */
export interface LevelSettings {
  /** By two hash tables, lazily by chains, of optimal cost by binary trees. */
  readonly parser: "fast" | "lazy" | "optimal";
  /** log2 of the hash table's entries. */
  readonly hashLog: number;
  /** Candidates looked at for one match. */
  readonly attempts: number;
  /** Places that a lazy parse looks ahead. */
  readonly lookAhead: number;
  /** Whether a fast or a lazy parse finds matches by four bytes, not five. */
  readonly four: boolean;
  /** A match of this length is taken at once. */
  readonly niceLength: number;
  /** Optimal parses of a block, all more thorough if there are three. */
  readonly passes: number;
  /** Bytes at whose multiples a block may be split; 0: it is not. */
  readonly partSize: number;
  /** Other numbers of parses that are tried too: the cluster that holds the most is kept. */
  readonly otherPasses: readonly number[];
}

/** Lower limits of it make clusters of sources up to a tenth larger and save a twentieth of the time. */
const NICE_LENGTH = 999;

/** Clusters up to this size are small: mkfs.erofs compresses them many times over to find where to cut. */
const SMALL_CLUSTER = 16 << 10;

const UNUSED = {
  attempts: 0,
  lookAhead: 0,
  four: false,
  niceLength: 0,
  passes: 0,
  partSize: 0,
  otherPasses: [],
} as const;

const fast = (hashLog: number, four = false): LevelSettings => ({ ...UNUSED, parser: "fast", hashLog, four });

const lazy = (attempts: number, lookAhead: number, four = true): LevelSettings => ({
  ...UNUSED,
  parser: "lazy",
  hashLog: 17,
  attempts,
  lookAhead,
  four,
});

const optimal = (
  attempts: number,
  passes: number,
  partSize: number,
  otherPasses: readonly number[] = [],
): LevelSettings => ({
  ...UNUSED,
  parser: "optimal",
  hashLog: 18,
  attempts,
  niceLength: NICE_LENGTH,
  passes,
  partSize,
  otherPasses,
});

/** Levels from 1 to 22. */
const LEVELS: readonly LevelSettings[] = [
  fast(13),
  fast(15),
  fast(16, true),
  lazy(4, 1, false),
  lazy(8, 1),
  lazy(8, 2),
  lazy(16, 2),
  lazy(32, 2),
  lazy(64, 2),
  lazy(128, 2),
  lazy(256, 2),
  optimal(8, 1, 0),
  optimal(16, 1, 0),
  optimal(24, 1, 0),
  optimal(32, 1, 0),
  optimal(16, 2, 0),
  optimal(32, 2, 8192),
  optimal(64, 2, 4096),
  optimal(128, 2, 4096),
  optimal(512, 2, 4096),
  optimal(512, 3, 4096),
  optimal(4096, 3, 4096),
];

/**
 * What the levels from 11 on are where clusters are small. Parses that differ are worth more there than deep searches:
 * the best of three is 0.5 % smaller, and takes half the time of mkfs.erofs.
 */
const SMALL_FROM = 11;
const SMALL_LEVELS: readonly LevelSettings[] = [
  optimal(4, 1, 0),
  optimal(8, 1, 0),
  optimal(16, 2, 0),
  optimal(32, 2, 0),
  optimal(32, 3, 0),
  optimal(64, 3, 0, [2]),
  optimal(96, 3, 0, [2]),
  optimal(128, 3, 0, [2]),
  optimal(256, 3, 0, [2, 1]),
  optimal(512, 3, 0, [2, 1]),
  optimal(512, 3, 0, [2, 1, 4]),
  optimal(4096, 3, 0, [2, 1, 4]),
];

export function settingsOf(level: number, maxOutput: number): LevelSettings {
  return maxOutput <= SMALL_CLUSTER && level >= SMALL_FROM
    ? SMALL_LEVELS[level - SMALL_FROM]!
    : LEVELS[level - 1]!;
}
