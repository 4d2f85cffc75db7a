/**
 * Runs `start` for each item, at most `limit` of them under way at once, and hands the results to `use`, one after
 * the other in the order of the items: memory is bounded by `limit`, and what `use` does is the same whoever was
 * faster. While one result is used, the next ones are worked on.
 */
export async function inOrder<Item, Result>(
  items: Iterable<Item>,
  limit: number,
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
  for (const item of items) {
    const result = start(item);
    // A younger job may fail while an older one is awaited, and after a failure nobody waits for the rest: such
    // failures must not end the process.
    result.catch(() => {});
    underWay.push({ item, result });
    if (underWay.length >= limit) await finishOldest();
  }
  while (underWay.length > 0) await finishOldest();
  await using;
}
