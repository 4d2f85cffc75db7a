export { encodeFast, encodeLazy, encodeOptimal, getProduced, prepare } from "./cluster";
export { planMemory } from "./memory-plan";
