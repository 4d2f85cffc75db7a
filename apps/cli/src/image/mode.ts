import { FileType, typeOfMode } from "@erofs/format";

const letters: Readonly<Record<FileType, string>> = {
  [FileType.regular]: "-",
  [FileType.directory]: "d",
  [FileType.characterDevice]: "c",
  [FileType.blockDevice]: "b",
  [FileType.fifo]: "p",
  [FileType.socket]: "s",
  [FileType.symlink]: "l",
};

const names: Readonly<Record<FileType, string>> = {
  [FileType.regular]: "file",
  [FileType.directory]: "directory",
  [FileType.characterDevice]: "character device",
  [FileType.blockDevice]: "block device",
  [FileType.fifo]: "fifo",
  [FileType.socket]: "socket",
  [FileType.symlink]: "symlink",
};

/** A type in words: "file", "character device". */
export function typeName(type: FileType | undefined): string {
  return type === undefined ? "unknown" : names[type];
}

/** Read, write and execute of one class; `special` is the letter of suid, sgid or sticky when that is set. */
function triple(bits: number, special: string | undefined): string {
  const execute = (bits & 1) !== 0;
  const last = special === undefined ? (execute ? "x" : "-") : execute ? special : special.toUpperCase();
  return `${(bits & 4) === 0 ? "-" : "r"}${(bits & 2) === 0 ? "-" : "w"}${last}`;
}

/** `st_mode` as `ls -l` shows it: `drwxr-xr-x`, `-rwsr-xr-x`. */
export function formatMode(mode: number): string {
  const type = typeOfMode(mode);
  const owner = triple(mode >> 6, (mode & 0o4000) === 0 ? undefined : "s");
  const group = triple(mode >> 3, (mode & 0o2000) === 0 ? undefined : "s");
  const others = triple(mode, (mode & 0o1000) === 0 ? undefined : "t");
  return (type === undefined ? "?" : letters[type]) + owner + group + others;
}

/** Permission bits in octal with a leading zero: `0755`, `04755`. */
export function formatPermissions(mode: number): string {
  return `0${(mode & 0o7777).toString(8).padStart(3, "0")}`;
}
