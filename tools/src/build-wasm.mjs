// Compiles a package's assembly/index.ts with AssemblyScript and writes the module as base64 to
// src/<name>.wasm.ts, so that it loads alike in Node, browsers and bundlers: no fetch, no fs.
// Run in a package's folder by its build script.
import { readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { main } from "assemblyscript/asc";

const files = new Map();
const { error, stderr } = await main(
  [
    "assembly/index.ts",
    "--outFile",
    "module.wasm",
    "--runtime",
    "stub",
    "--optimizeLevel",
    "3",
    "--noAssert",
    "--converge",
    "--enable",
    "simd",
    "--enable",
    "bulk-memory",
    "--use",
    "abort=",
    "--importMemory",
    "--noExportMemory",
  ],
  {
    readFile: (name) => {
      try {
        return readFileSync(name, "utf8");
      } catch {
        return null;
      }
    },
    writeFile: (name, contents) => void files.set(name, contents),
  },
);
if (error) {
  process.stderr.write(stderr.toString());
  throw error;
}
const name = basename(process.cwd());
const base64 = Buffer.from(files.get("module.wasm")).toString("base64");
writeFileSync(`src/${name}.wasm.ts`, `export const base64: string =\n  "${base64}";\n`);
