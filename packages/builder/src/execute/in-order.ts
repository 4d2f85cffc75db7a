/** How much may be under way at once. */
export interface Limits<Item> {
  readonly count: number;
  /** Of the weights of all items under way; one alone may be heavier. Absent: they weigh nothing. */
  readonly weight?: number;
  readonly weightOf?: (item: Item) => number;
}

/**
 * Runs `start` for each item, as many of them at once as `limits` allow, and hands the results to `use`, one after
 * the other in the order of the items: memory is bounded by the limits, and what `use` does is the same whoever was
 * faster. While one result is used, the next ones are worked on.
 */
export async function inOrder<Item, Result>(
  items: Iterable<Item>,
  { count, weight = Infinity, weightOf = () => 0 }: Limits<Item>,
  start: (item: Item) => Promise<Result>,
  use: (result: Result, item: Item) => void | Promise<void>,
): Promise<void> {
  const underWay: { item: Item; result: Promise<Result> }[] = [];
  let using: Promise<void> = Promise.resolve();
  const finishOldest = async () => {
    const { item, result } = underWay.shift()!;
    const finished = await result;
    await using;
    using = Promise.resolve(use(finished, item));
    using.catch(() => {});
  };
  const isFull = (next: Item): boolean => {
    const load = underWay.reduce((sum, { item }) => sum + weightOf(item), weightOf(next));
    return underWay.length >= count || (underWay.length > 0 && load > weight);
  };
  for (const item of items) {
    while (isFull(item)) await finishOldest();
    const result = start(item);
    // A younger job may fail while an older one is awaited, and after a failure nobody waits for the rest: such
    // failures must not end the process.
    result.catch(() => {});
    underWay.push({ item, result });
  }
  while (underWay.length > 0) await finishOldest();
  await using;
}
