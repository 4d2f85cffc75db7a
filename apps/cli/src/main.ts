#!/usr/bin/env node
import { checkArguments } from "./command-line.ts";
import { exit, guardProcess } from "./process-guard.ts";
import { run } from "./run.ts";

const { argv, stdout, stderr, env } = process;
let fail: ((error: unknown) => void) | undefined;
const done = guardProcess((error) => fail?.(error));
const onStray = (listener: (error: unknown) => void): void => void (fail = listener);
void run(argv.slice(2), { stdout, stderr, env, checkArguments, onStray }).then((code) => {
  process.exitCode = code;
  done();
  // All is written by now. What a plugin has left behind, as a timer, does not keep the process.
  setTimeout(() => exit(), 500).unref();
});
