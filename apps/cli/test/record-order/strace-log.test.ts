import { describe, expect, it } from "vitest";

import { readStraceLog } from "../../src/record-order/strace-log.ts";

function pathsOf(...lines: string[]): readonly string[] {
  return readStraceLog(lines.join("\n")).paths;
}

describe("readStraceLog", () => {
  it("takes what was opened and executed, in order", () => {
    expect(
      pathsOf(
        'execve("/bin/ls", ["ls", "= 5"], 0x7ffd /* 20 vars */) = 0',
        'openat(AT_FDCWD, "/etc/ld.so.cache", O_RDONLY|O_CLOEXEC) = 3',
        'open("/lib//x86/../libc.so", O_RDONLY) = 4',
        'open("/a = b", O_RDONLY) = 3</a = b>',
        'execve("/bin/timed", ["a"], []) = 0 <0.000123>',
        'openat2(AT_FDCWD, "/two", {flags=O_RDONLY, resolve=RESOLVE_NO_SYMLINKS}, 24) = 3',
      ),
    ).toEqual(["/bin/ls", "/etc/ld.so.cache", "/lib/libc.so", "/a = b", "/bin/timed", "/two"]);
  });

  it("leaves out what failed, directories, and what is written only", () => {
    expect(
      pathsOf(
        'openat(AT_FDCWD, "/missing", O_RDONLY) = -1 ENOENT (No such file or directory)',
        'openat(AT_FDCWD, "/etc", O_RDONLY|O_NONBLOCK|O_CLOEXEC|O_DIRECTORY) = 3',
        'openat(AT_FDCWD, "/log", O_WRONLY|O_CREAT|O_APPEND, 0666) = 3',
        'read(3, "/etc/passwd", 4096) = 11',
        "+++ exited with 0 +++",
        "",
      ),
    ).toEqual([]);
  });

  it("joins what other processes came between, by process", () => {
    expect(
      pathsOf(
        '12 12:30:01.123456 openat(AT_FDCWD, "/first", O_RDONLY <unfinished ...>',
        '13 12:30:01.123457 openat(AT_FDCWD, "/second", O_RDONLY) = 3',
        "12 12:30:01.123458 <... openat resumed>) = 3",
        '[pid    14] openat(AT_FDCWD, "/third", O_RDONLY <unfinished ...>',
        "[pid    14] <... openat resumed>)    = -1 EACCES (Permission denied)",
        "[pid    15] <... openat resumed>) = 3",
      ),
    ).toEqual(["/second", "/first"]);
  });

  it("follows -y to where a path has led", () => {
    expect(
      pathsOf(
        'openat(AT_FDCWD</root>, "link", O_RDONLY) = 3</data/real\\40file>',
        'openat(5</usr/lib>, "libm.so", O_RDONLY) = 3',
        'execve("/bin/sh", ["sh"], 0x1 /* 3 vars */) = 0',
      ),
    ).toEqual(["/data/real file", "/usr/lib/libm.so", "/bin/sh"]);
  });

  it("undoes escapes to bytes, and counts what leads nobody knows where", () => {
    const { paths, relative } = readStraceLog(
      ['open("/a\\"\\\\\\n\\377\\x00e", O_RDONLY) = 3', 'openat(AT_FDCWD, "b", O_RDONLY) = 3'].join("\n"),
    );
    expect(paths).toEqual(['/a"\\\n\xff\x00e']);
    expect(relative).toBe(1);
  });

  it("takes a long line of backslashes and quotes in no time", () => {
    const started = performance.now();
    expect(
      pathsOf(
        `openat(AT_FDCWD, "${"\\".repeat(200_001)}`,
        `open("a"${") = 3<".repeat(50_000)}`,
        `execve("a"${") = 0 <1".repeat(50_000)}`,
      ),
    ).toEqual([]);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
