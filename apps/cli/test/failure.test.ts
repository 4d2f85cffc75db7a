import { fromText, PathError } from "@erofs/format";
import { CommanderError } from "commander";
import { describe, expect, it } from "vitest";

import { CommandFailure, OutputClosed, reportOf, UsageError } from "../src/failure.ts";

function systemError(message: string): Error {
  return Object.assign(new Error(message), { code: "ENOENT", syscall: "open" });
}

describe("reportOf", () => {
  it.each([
    [new UsageError("option '-x': no."), 2, "option '-x': no; try 'erofs build --help'"],
    [
      new CommanderError(1, "commander.unknownOption", "error: unknown option '-y'\n(Did you mean -x?)"),
      2,
      "unknown option '-y' (Did you mean -x?); try 'erofs build --help'",
    ],
    [new CommanderError(0, "commander.helpDisplayed", "(outputHelp)"), 0, undefined],
    [new CommanderError(1, "commander.help", "(outputHelp)"), 2, undefined],
    [new OutputClosed("closed"), 0, undefined],
    [new CommandFailure("no"), 1, "no"],
    [Object.assign(new Error("stopped"), { code: "EINTR" }), 130, "interrupted"],
    [systemError("ENOENT: no such file or directory, open 'a, b'"), 1, "'a, b': no such file or directory"],
    [systemError("ENOSPC: no space left on device, write"), 1, "write: no space left on device"],
    [new PathError("ENOENT", "it is not there", { path: "etc/hosts" }), 1, "etc/hosts: it is not there"],
    [new PathError("ENOENT", "etc/hosts: not there", { path: "etc/hosts" }), 1, "etc/hosts: not there"],
    [new PathError("ENOENT", "é: not there", { path: fromText("é") }), 1, "é: not there"],
    [new PathError("ENOENT", "漢: not there", { path: "漢" }), 1, "漢: not there"],
    [new PathError("ENOENT", "\u001bc: gone", { path: "\u001bc" }), 1, String.raw`\x1bc: gone`],
    [new RangeError(""), 1, "RangeError"],
    ["thrown text", 1, "thrown text"],
  ])("%s", (error, exitCode, message) => {
    expect(reportOf(error, "erofs build")).toEqual({ exitCode, message });
  });
});
