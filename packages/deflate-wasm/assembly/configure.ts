import { configureMatches } from "./match-finder";
import { configureParser } from "./parser";
import { prepareTables } from "./symbols";

/**
 * To be called once, before anything else. `window`: how far back a match may reach. `lazySteps`: how many places
 * ahead a better match is looked for. `attempts`: candidates looked at for one match; one of `nice` bytes is taken at
 * once.
 */
export function configure(window: usize, attempts: u32, nice: usize, lazySteps: u32, threeBytes: bool): void {
  prepareTables();
  configureMatches(window, threeBytes);
  configureParser(attempts, nice, lazySteps, threeBytes);
}
