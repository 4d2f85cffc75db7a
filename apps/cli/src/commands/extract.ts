import type { Command } from "commander";

import { addImageOptions } from "../image/open-image.ts";
import type { Invocation } from "../invocation.ts";

export function define(command: Command, _invocation: Invocation): void {
  addImageOptions(command);
}
