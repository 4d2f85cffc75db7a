import { memorySource } from "@erofs/reader";
import { describe, expect, it } from "vitest";
import { withPath } from "../../src/check/check.ts";
import { ContentCheck } from "../../src/check/check-content.ts";
import { Ledger } from "../../src/check/ledger.ts";
import { FaultList } from "../../src/check/report.ts";
import { openState } from "../../src/open-state.ts";
import { type ContentWork, ContentWorker, shareCheck } from "../../src/node/content-work.ts";
import { HandedOutContent } from "../../src/node/handed-out-content.ts";
import { runSync } from "../../src/reading.ts";
import { largeFiles, regularFiles, spots } from "../support/large-files.ts";
import { seededRandom } from "../support/random.ts";

const PART = 40_000;

describe("content that is handed out", () => {
  it("is settled on the way, large files too", () => {
    const bytes = largeFiles({ spoiled: spots(5, 1) });
    const source = memorySource(bytes);
    const image = runSync(openState([bytes.length], {}), [source]);
    const shared = shareCheck(image);
    const worker = new ContentWorker(image, [source], shared, PART);
    const faults = new FaultList(1000);
    const check = { faults, onBytes: () => {}, shared, partBytes: PART };
    const content = new HandedOutContent(check, (work) => worker.add(work));
    const files = regularFiles(image, bytes).filter(({ path }) => /^(large|stored.*)$/.test(path));
    for (const { path, node } of files) runSync(content.check(path, node, faults.place()), [source]);
    for (let result = worker.step(); result !== undefined; result = worker.step()) content.take(result);
    expect(faults.kept.map(({ path }) => path)).toContain("large");
  });

  it("is what one finds alone, when three take turns at random", () => {
    const random = seededRandom(5);
    const seen = { faults: 0, partial: 0 };
    for (let round = 0; round < 30; round++) {
      const spoiled = spots(Math.floor(random() ** 2 * 100), round + 100);
      const bytes = largeFiles({ spoiled, cutIndex: random() < 0.2 });
      const source = memorySource(bytes);
      const open = () => runSync(openState([bytes.length], {}), [source]);
      const image = open();
      const files = regularFiles(image, bytes);
      const alone = new ContentCheck(image, Ledger.alone(image), undefined, PART);
      const outcomes = files.map(({ path, node }) => {
        const outcome = runSync(alone.file(node), [source]);
        return { bytes: outcome.bytes, faults: withPath(outcome.faults, path) };
      });
      const expected = {
        faults: outcomes.flatMap(({ faults }) => faults),
        bytes: outcomes.reduce((sum, outcome) => sum + outcome.bytes, 0),
      };

      const shared = shareCheck(image);
      const workers = Array.from({ length: 3 }, () => new ContentWorker(open(), [source], shared, PART));
      const later = workers.map((): ContentWork[] => []);
      const faults = new FaultList(1000);
      let sum = 0;
      const onBytes = (more: number) => (sum += more);
      const content = new HandedOutContent({ faults, onBytes, shared, partBytes: PART }, (work) => {
        for (const works of later) works.push(work);
      });
      for (const { path, node } of files) runSync(content.check(path, node, faults.place()), [source]);
      content.endBatch();
      let parts = 0;
      // All get the works in their order, but at different times.
      for (let left = true; left;) {
        const which = Math.floor(random() * 3);
        if (random() < 0.5 && later[which]!.length > 0) workers[which]!.add(later[which]!.shift()!);
        const result = workers[which]!.step();
        if (result !== undefined) content.take(result);
        if (result?.part !== undefined) parts++;
        left = result !== undefined || later.some((works) => works.length > 0);
      }
      for (const worker of workers) {
        for (let result = worker.step(); result !== undefined; result = worker.step()) content.take(result);
      }
      content.end();
      expect({ faults: faults.kept, bytes: sum }).toEqual(expected);
      seen.faults += expected.faults.length;
      if (parts > 5) seen.partial++;
    }
    expect(seen.faults).toBeGreaterThan(100);
    expect(seen.partial).toBe(30);
  });
});
