/** What a level searches for. */
export interface Level {
  /** Candidates looked at for one match. */
  readonly attempts: number;
  /** A match of so many bytes is taken at once. */
  readonly nice: number;
  /** Places ahead at which a better match is looked for. */
  readonly lazySteps: number;
  /** Whether matches of three bytes are looked for. */
  readonly threeBytes: boolean;
  /** Whether blocks are divided by the bits they take, not by estimates alone. */
  readonly trueCosts: boolean;
  /** A parse by dynamic programming that follows. */
  readonly optimal?: { readonly passes: number; readonly attempts: number; readonly nice: number };
}

const greedy = { lazySteps: 0, trueCosts: false } as const;
const lazy = { lazySteps: 1, threeBytes: true, trueCosts: true } as const;
const lazier = { ...lazy, lazySteps: 2 } as const;
/** The parse that the first costs are of. */
const first = { ...lazy, attempts: 16, nice: 64 } as const;

/** Level 1 first. */
export const LEVELS: readonly Level[] = [
  { ...greedy, threeBytes: false, attempts: 4, nice: 32 },
  { ...greedy, threeBytes: true, attempts: 6, nice: 32 },
  { ...greedy, threeBytes: true, attempts: 12, nice: 32 },
  { ...lazy, trueCosts: false, attempts: 12, nice: 32 },
  { ...lazy, attempts: 16, nice: 48 },
  { ...lazy, attempts: 35, nice: 65 },
  { ...lazy, attempts: 100, nice: 130 },
  { ...lazier, attempts: 300, nice: 258 },
  { ...lazier, attempts: 600, nice: 258 },
  { ...first, optimal: { passes: 4, attempts: 200, nice: 258 } },
  { ...first, optimal: { passes: 8, attempts: 400, nice: 258 } },
  { ...first, optimal: { passes: 12, attempts: 1000, nice: 258 } },
];
