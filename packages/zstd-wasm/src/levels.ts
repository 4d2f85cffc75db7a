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
  /** Optimal parses of a block; 0: a lazy one. */
  readonly passes: number;
  /** Bytes at whose multiples a block may be split; 0: it is not. */
  readonly partSize: number;
}

export function settingsOf(level: number): LevelSettings {
  if (level < 7)
    return { hashLog: 17, attempts: 1 << level, lookAhead: 2, niceLength: 0, passes: 0, partSize: 0 };
  return {
    hashLog: 17,
    attempts: 1 << (level - 6),
    lookAhead: 0,
    niceLength: level < 10 ? 64 : level < 19 ? 256 : 999,
    passes: level < 10 ? 1 : level < 19 ? 2 : 3,
    partSize: level < 13 ? 0 : 4096,
  };
}
