import { expect, test } from "vitest";
import { browserObstacle, bundlePage, runPage } from "../src/browser/run-page.mjs";
import { digestImages } from "../src/browser/scenario.mjs";

test("nothing that a browser builds and reads with needs Node", async () => {
  await expect(bundlePage()).resolves.toContain("digestImages");
});

const obstacle = browserObstacle();

test.skipIf(obstacle)(
  `a browser makes the same images as Node, with every compressor${obstacle ? ` (skipped: ${obstacle})` : ""}`,
  { timeout: 120_000 },
  async () => {
    const inNode = await digestImages();
    expect(await runPage(await bundlePage())).toEqual(inNode);
  },
);
