export { configure, encodeCluster, getProduced } from "./cluster";
export { planEnd } from "./memory-plan";
