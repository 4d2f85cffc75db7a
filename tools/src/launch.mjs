// `pnpm erofs …`: builds the command where its sources changed, then runs it in this process, in the folder
// that the user stands in. stdout carries what the command prints and nothing else.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { inputDigest, outputDigest } from "./launch/state.mjs";
import { erofsCommand, repository } from "./workspace.mjs";

/** Holds the digests of the sources that the last successful build saw, and of what it made. */
const stamp = join(repository, "node_modules/.cache/erofs/built");

function upToDate() {
  try {
    return readFileSync(stamp, "utf8") === `${inputDigest()} ${outputDigest()}`;
  } catch {
    return false;
  }
}

/** Exits with the build's code and its output on stderr when it fails. */
function build() {
  process.stderr.write("building the erofs command…\n");
  const turbo = join(repository, "node_modules/turbo/bin/turbo");
  const { status, error, stdout, stderr } = spawnSync(
    process.execPath,
    [turbo, "run", "build", "--filter=@erofs/cli", "--output-logs=errors-only"],
    { cwd: repository, stdio: ["ignore", "pipe", "pipe"], encoding: "utf8" },
  );
  if (error) throw error;
  if (status !== 0) {
    process.stderr.write(stdout + stderr);
    process.exit(status ?? 1);
  }
}

if (!upToDate()) {
  // Taken before the build: a source that is saved meanwhile leads to another one.
  const inputs = inputDigest();
  build();
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, `${inputs} ${outputDigest()}`);
}
process.chdir(process.env["INIT_CWD"] ?? process.cwd());
process.argv[1] = erofsCommand;
await import(pathToFileURL(erofsCommand).href);
