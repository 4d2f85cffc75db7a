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
}

/** Level 1 first. */
export const LEVELS: readonly Level[] = [
  { attempts: 4, nice: 32, lazySteps: 0, threeBytes: false },
  { attempts: 6, nice: 32, lazySteps: 0, threeBytes: true },
  { attempts: 12, nice: 32, lazySteps: 0, threeBytes: true },
  { attempts: 12, nice: 32, lazySteps: 1, threeBytes: true },
  { attempts: 16, nice: 48, lazySteps: 1, threeBytes: true },
  { attempts: 35, nice: 65, lazySteps: 1, threeBytes: true },
  { attempts: 100, nice: 130, lazySteps: 1, threeBytes: true },
  { attempts: 300, nice: 258, lazySteps: 2, threeBytes: true },
  { attempts: 600, nice: 258, lazySteps: 2, threeBytes: true },
  { attempts: 600, nice: 258, lazySteps: 2, threeBytes: true },
  { attempts: 600, nice: 258, lazySteps: 2, threeBytes: true },
  { attempts: 600, nice: 258, lazySteps: 2, threeBytes: true },
];
