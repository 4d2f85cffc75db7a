import { configureEncoder } from "./encoder";
import { configureMatches } from "./match-finder";
import { configureOptimal } from "./optimal-parser";
import { configureParser } from "./parser";
import { prepareTables } from "./symbols";

/**
 * To be called once, before anything else. `window`: how far back a match may reach. `lazySteps`: how many places
 * ahead a better match is looked for. `attempts`: candidates looked at for one match; one of `nice` bytes is taken at
 * once. `trueCosts`: blocks are divided by the bits they take, not by estimates alone.
 */
export function configure(window: usize, attempts: u32, nice: usize, lazySteps: u32, threeBytes: bool, trueCosts: bool): void {
  prepareTables();
  configureMatches(window, threeBytes);
  configureParser(attempts, nice, lazySteps, threeBytes);
  configureEncoder(false, trueCosts);
}

/** To be called after that for a parse by dynamic programming, in so many passes, with a search of its own. */
export function configurePasses(passes: u32, attempts: u32, nice: usize): void {
  configureOptimal(attempts, nice, passes);
  configureEncoder(passes != 0, true);
}
