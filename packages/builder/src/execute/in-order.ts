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
  try {
    for (const item of items) {
      underWay.push({ item, result: start(item) });
      if (underWay.length >= limit) {
        const oldest = underWay.shift()!;
        use(await oldest.result, oldest.item);
      }
    }
    for (let oldest = underWay.shift(); oldest; oldest = underWay.shift()) {
      use(await oldest.result, oldest.item);
    }
  } finally {
    // After a failure nobody waits for the rest; their failures must not end the process.
    for (const { result } of underWay) result.catch(() => {});
  }
}
