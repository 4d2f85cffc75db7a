import type { ByteString } from "@erofs/format";

/** What a log of strace says of files. */
export interface StraceLog {
  /** Absolute paths of what was opened and executed, in order. */
  readonly paths: readonly ByteString[];
  /** Relative paths, of which nobody can say where they lead. */
  readonly relative: number;
}

/** Calls that open what is then read. */
const opening = /^(open|openat|openat2|execve|execveat)\((.*)$/s;
/** What stands before a call: "[pid 12] " or "12 ", the time in several forms. */
const heading = /^(?:\[pid +(\d+)\] |(\d+) +)?(?:\d\d:\d\d:\d\d(?:\.\d+)? |\d+\.\d+ )?/;
const unfinished = / <unfinished \.\.\.>$/;
const resumed = /^<\.\.\. \w+ resumed>(.*)$/s;
/** The descriptor that a path counts from, with its own path if -y was given, and the path. */
const target = /^(?:(?:AT_FDCWD|-?\d+)(?:<((?:[^>\\]|\\.)*)>)?, )?"((?:[^"\\]|\\.)*)"(.*)$/s;
/** The flags of a call that has opened a file, and with -y where that is. */
const opened = /^([^)]*)\) += \d+(?:<((?:[^>\\]|\\.)*)>)?/s;
/** The end of a call that has executed a file, with -T the time that it took. */
const executed = /\) += 0(?: <[\d.]+>)?$/;
/** What is no file to be read: directories, and files to be written only. */
const otherwise = /\bO_(?:DIRECTORY|WRONLY|PATH)\b/;

/** Reads the log of `strace -f -e trace=open,openat,execve`, with or without `-y`, times and process ids. Bytes as they are. */
export function readStraceLog(log: ByteString): StraceLog {
  const paths: ByteString[] = [];
  /** By process, the beginning of a call that another process came between. */
  const begun = new Map<string, string>();
  let relative = 0;
  for (const line of log.split("\n")) {
    const [head, inBrackets, bare] = heading.exec(line)!;
    const process = inBrackets ?? bare ?? "";
    let call = line.slice(head.length).trimEnd();
    const rest = resumed.exec(call)?.[1];
    if (rest !== undefined) {
      call = (begun.get(process) ?? "") + rest;
      begun.delete(process);
    } else if (unfinished.test(call)) {
      begun.set(process, call.replace(unfinished, ""));
      continue;
    }
    const path = openedBy(call);
    if (path === undefined) continue;
    if (path.startsWith("/")) paths.push(normalized(path));
    else relative++;
  }
  return { paths, relative };
}

/** The path that a call has opened, absolute where the log tells; undefined where it has opened none. */
function openedBy(call: string): ByteString | undefined {
  const [, name = "", args = ""] = opening.exec(call) ?? [];
  const found = target.exec(args);
  if (found === null) return undefined;
  const [, base, path = "", rest = ""] = found;
  if (name.startsWith("exec")) {
    if (!executed.test(rest)) return undefined;
  } else {
    const [, flags, place = ""] = opened.exec(rest) ?? [];
    if (flags === undefined || otherwise.test(flags)) return undefined;
    const real = unescape(place);
    if (real.startsWith("/")) return real;
  }
  const named = unescape(path);
  return named.startsWith("/") || base === undefined ? named : `${unescape(base)}/${named}`;
}

const letters: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", f: "\f", v: "\v" };

/** Undoes the escapes of strings in C: `\n`, `\12`, `\x0a`, `\"`. */
function unescape(text: string): ByteString {
  return text.replace(/\\(?:([0-7]{1,3})|x([0-9a-f]{2})|(.))/gs, (_, octal, hex, char) => {
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 0xff);
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    return letters[char] ?? char;
  });
}

/** An absolute path without ".", ".." and empty parts. */
function normalized(path: ByteString): ByteString {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}
