#!/usr/bin/env node
import { checkArguments } from "./command-line.ts";
import { run } from "./run.ts";

const { stdout, stderr, env } = process;
process.exitCode = await run(process.argv.slice(2), { stdout, stderr, env, checkArguments });
// All is written by now. What a plugin has left behind, as a timer, does not keep the process.
setTimeout(() => process.exit(), 500).unref();
