import { spawnSync } from "node:child_process";

import { describe, expect, it } from "vitest";

import { posixRegex } from "../../src/build/posix-regex.ts";

const texts = [
  "",
  "a",
  "aa",
  "ab",
  "a]",
  "a.b",
  "x)",
  "dd",
  "-",
  "^",
  "\\",
  "A",
  "[",
  "usr/lib/libc.so.6",
  "a b",
  "a{,}",
];

/** Sound ones and unsound ones, for all of which the C library's word is law. */
const patterns = [
  ..."a;a.b;^a;a$;\\.so(\\.[0-9]+)*$;^usr/(lib|share)/;a**;a*?x;a+?;(a)\\1;\\d\\d;()a;a||b;(|a);a$|b;a$b;(^a);a^b".split(
    ";",
  ),
  ..."a{2};a{,2}b;a{,};a{1}{2};(a){0};a{1,2};x);]a;a\\.b;\\/;\\<b;\\>;b\\b;\\ba;\\w+\\W;\\s;\\S\\S\\S".split(
    ";",
  ),
  ..."[a-];[-a];[]a]];[^]a];[\\];[\\^];[[];[[:upper:]];[^[:alpha:]];[[:alnum:][:punct:]];[[.a.]];[[=a=]b];[a-c.]".split(
    ";",
  ),
  ..."[[:space:]];[[:digit:]]$;[[:xdigit:]];[[:blank:]];[[:graph:]];[[:cntrl:]];[[:lower:]];[[:print:]]".split(
    ";",
  ),
  ..."*a;(*a);a|*b;^*a;$*a;^+a;{1}a;(+a);[a;(a;a\\;\\2;(a\\1);[[:foo:]];[z-a];[[:upper:]-z];a{1;a{;a{x;a{2,1};a{99999};a{}".split(
    ";",
  ),
];

/** For each pattern and text: 0 it matches, 1 it does not, 2 it is unsound. */
function judge(pattern: string, text: string): number {
  try {
    return posixRegex(pattern).test(text) ? 0 : 1;
  } catch {
    return 2;
  }
}

const script = 'for p in "${@:2:$1}"; do for t in "${@:$1+2}"; do [[ "$t" =~ $p ]]; printf %d $?; done; done';
const bash = spawnSync("bash", ["-c", script, "bash", String(patterns.length), ...patterns, ...texts], {
  encoding: "utf8",
  env: { ...process.env, LC_ALL: "C" },
});

describe("posixRegex", () => {
  it.runIf(bash.status !== null && process.platform === "linux")(
    "agrees with the C library (where there is bash on Linux)",
    () => {
      const expected = [...bash.stdout].map(Number);
      expect(expected).toHaveLength(patterns.length * texts.length);
      const wrong = patterns.flatMap((pattern, p) =>
        texts.flatMap((text, t) => {
          const [own, theirs] = [judge(pattern, text), expected[p * texts.length + t]];
          return own === theirs ? [] : [`${pattern} on '${text}': ${own}, the C library ${theirs}`];
        }),
      );
      expect(wrong).toEqual([]);
    },
  );

  it.each([
    ["(a", "'(' without ')'"],
    ["[[:foo:]]", "there is no class [:foo:]"],
    ["*", "nothing to repeat before '*'"],
    ["[", "'[' without ']'"],
    ["a{2,1}", "'{' without a sound number of repetitions"],
  ])("says what is wrong with %s", (pattern, message) => {
    expect(() => posixRegex(pattern)).toThrow(message);
  });

  it("matches bytes, and line ends as any", () => {
    expect(posixRegex("^.\u00e9[^a]$").test("\n\u00e9\n")).toBe(true);
  });
});
