let produced: usize = 0;

export function setProduced(count: usize): void {
  produced = count;
}

/** The second result of the last call: bytes written. */
export function getProduced(): usize {
  return produced;
}
