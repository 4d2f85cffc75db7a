import { expect, it } from "vitest";
import { threadStart } from "../src/thread-start.ts";

const resourceLimits = { maxOldGenerationSizeMb: 512 };

it("lets a thread inherit the options of the process, which may be V8's", () => {
  const start = threadStart("file:///p/dist/node/pool.js", "./worker.js", ["--max-old-space-size=4096"]);
  expect(start).toEqual({ url: new URL("file:///p/dist/node/worker.js"), options: { resourceLimits } });
});

it.each([["--input-type=module"], ["--input-type", "module"]])("keeps %s from a module", (...execArgv) => {
  const { options } = threadStart("file:///p/dist/pool.js", "./worker.js", execArgv);
  expect(options).toEqual({ execArgv: [], resourceLimits });
});

it("leads from sources to what is built, whatever folder they are in", () => {
  const start = threadStart("file:///usr/src/p/src/node/pool.ts", "./worker.js", ["--conditions=source"]);
  expect(start.url.href).toBe("file:///usr/src/p/dist/node/worker.js");
  expect(start.options).toEqual({ execArgv: [], resourceLimits });
});
