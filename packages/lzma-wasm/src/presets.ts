/** How matches are sought and chosen. */
export interface Preset {
  /** Takes the tree of matches and the optimal parse; else it is chains and the fast parse. */
  readonly optimal: boolean;
  /** Candidates looked at for the matches of one place. */
  readonly depth: number;
  /** A match so long is taken at once. */
  readonly nice: number;
}

export const LEVELS = { min: 0, max: 109, default: 6 } as const;
/** Levels from here on are the extreme variants of those from 0 on. */
const EXTREME = 100;

const DEPTH_OF_CHAINS: readonly number[] = [4, 8, 24, 48];

/**
 * What liblzma's preset of a level means (`lzma_lzma_preset`), the dictionary apart; levels above 9 that it does not
 * have are 9.
 */
export function presetOf(level: number): Preset {
  if (level >= EXTREME) {
    return level === EXTREME + 3 || level === EXTREME + 5
      ? tree(192)
      : { optimal: true, depth: 512, nice: 273 };
  }
  const depth = DEPTH_OF_CHAINS[level];
  if (depth !== undefined) return { optimal: false, depth, nice: level <= 1 ? 128 : 273 };
  return tree(level === 4 ? 16 : level === 5 ? 32 : 64);
}

/** A tree with the depth that goes with `nice` in liblzma. */
function tree(nice: number): Preset {
  return { optimal: true, depth: 16 + nice / 2, nice };
}
