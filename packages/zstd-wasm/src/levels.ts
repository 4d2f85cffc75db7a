/** What a level means to the kernels. */
export interface LevelSettings {
  /** log2 of the hash table's entries. */
  readonly hashLog: number;
  /** Candidates looked at for one match. */
  readonly attempts: number;
  /** Places that a lazy parse looks ahead. */
  readonly lookAhead: number;
  /** A match of this length is taken at once. */
  readonly niceLength: number;
  /** Optimal parses of a block, all more thorough if there are three; 0: a lazy one. */
  readonly passes: number;
  /** Bytes at whose multiples a block may be split; 0: it is not. */
  readonly partSize: number;
  /** Other numbers of parses and sizes of parts, to be tried too where clusters are small. */
  readonly others?: readonly Pick<LevelSettings, "passes" | "partSize">[];
}

/** Lower limits of it make clusters of sources up to a tenth larger and save a twentieth of the time. */
const NICE_LENGTH = 999;

const lazy = (attempts: number, lookAhead: number): LevelSettings => ({
  hashLog: 16,
  attempts,
  lookAhead,
  niceLength: 0,
  passes: 0,
  partSize: 0,
});

const optimal = (attempts: number, passes: number, partSize: number): LevelSettings => ({
  hashLog: 18,
  attempts,
  lookAhead: 0,
  niceLength: NICE_LENGTH,
  passes,
  partSize,
});

/** The best of three or four is 0.5 % smaller at 4 KiB, and takes a third of the time of mkfs.erofs. */
const several = (settings: LevelSettings): LevelSettings => ({
  ...settings,
  others: [
    { passes: 3, partSize: 2048 },
    { passes: 2, partSize: 0 },
    ...(settings.passes > 2 ? [{ passes: 2, partSize: 4096 }] : []),
  ],
});

/** Levels from 1 to 22. */
const LEVELS: readonly LevelSettings[] = [
  lazy(1, 1),
  lazy(3, 1),
  lazy(4, 2),
  lazy(8, 2),
  lazy(16, 2),
  lazy(32, 2),
  lazy(96, 2),
  optimal(4, 1, 0),
  optimal(8, 1, 0),
  optimal(16, 1, 0),
  optimal(32, 1, 0),
  optimal(96, 1, 0),
  optimal(16, 2, 0),
  optimal(32, 2, 8192),
  optimal(48, 2, 4096),
  optimal(64, 2, 4096),
  optimal(96, 2, 4096),
  optimal(128, 2, 4096),
  several(optimal(256, 2, 4096)),
  several(optimal(512, 2, 4096)),
  several(optimal(512, 3, 4096)),
  several(optimal(4096, 3, 4096)),
];

export function settingsOf(level: number): LevelSettings {
  return LEVELS[level - 1]!;
}
