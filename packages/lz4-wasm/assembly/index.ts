export { encodeFast } from "./fast-encoder";
export { planEnd } from "./memory-plan";
export { encodeOptimal } from "./optimal-encoder";
export { getProduced } from "./result";
