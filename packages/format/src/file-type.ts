/** What a node is, numbered as `file_type` of `struct erofs_dirent` (the kernel's `FT_*`). */
export const FileType = {
  regular: 1,
  directory: 2,
  characterDevice: 3,
  blockDevice: 4,
  fifo: 5,
  socket: 6,
  symlink: 7,
} as const;
export type FileType = (typeof FileType)[keyof typeof FileType];

/** The type bits (`S_IFMT`) of `st_mode` for each `FileType`; index 0 is unused. */
const typeBits = [0, 0o100000, 0o040000, 0o020000, 0o060000, 0o010000, 0o140000, 0o120000] as const;

/** `S_IFMT` bits of a type. */
export function typeBitsOf(type: FileType): number {
  return typeBits[type];
}

/** The type that `st_mode` says, or undefined for bits that stand for none. */
export function typeOfMode(mode: number): FileType | undefined {
  const type = typeBits.indexOf((mode & 0o170000) as 0, 1);
  return type < 0 ? undefined : (type as FileType);
}
