// Where things stand in this repository, for the tools that run its commands.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's root folder. */
export const repository = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** The built `erofs` command: run it with `process.execPath`. */
export const erofsCommand = join(repository, "apps/cli/dist/main.js");

/** @returns {string} `erofsCommand`, after a check that it was built */
export function builtErofsCommand() {
  if (!existsSync(erofsCommand)) throw new Error(`${erofsCommand} is not built: run "pnpm run build" first`);
  return erofsCommand;
}
