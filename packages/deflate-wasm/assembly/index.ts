export { configure, configurePasses } from "./configure";
export { encode } from "./encoder";
export { forgetMatches } from "./match-finder";
export { planEnd } from "./memory-plan";
export { getProduced } from "./result";
