import { expect, it } from "vitest";

import { mountStates } from "../../src/mount/mount-state.ts";

it("mountStates asks all at once, whatever their number and their names", async () => {
  const targets = ["/", "/none/\xff", ...Array.from({ length: 200 }, () => "/proc")];
  expect(await mountStates(targets)).toEqual(targets.map(() => "ok"));
  expect(await mountStates([])).toEqual([]);
});
