/**
 * Runs `start` for each item, at most `limit` of them under way at once, and hands the results to `use` in the
 * order of the items: memory is bounded by `limit`, and what `use` does is the same whoever was faster.
 */
export async function inOrder<Item, Result>(
  items: Iterable<Item>,
  limit: number,
  start: (item: Item) => Promise<Result>,
  use: (result: Result, item: Item) => void,
): Promise<void> {
  const underWay: { item: Item; result: Promise<Result> }[] = [];
  for (const item of items) {
    const result = start(item);
    // A younger job may fail while an older one is awaited, and after a failure nobody waits for the rest: such
    // failures must not end the process.
    result.catch(() => {});
    underWay.push({ item, result });
    if (underWay.length >= limit) {
      const oldest = underWay.shift()!;
      use(await oldest.result, oldest.item);
    }
  }
  for (let oldest = underWay.shift(); oldest; oldest = underWay.shift()) {
    use(await oldest.result, oldest.item);
  }
}
