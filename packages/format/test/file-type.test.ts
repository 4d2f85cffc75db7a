import { expect, test } from "vitest";
import { FileType, typeBitsOf, typeOfMode } from "../src/index.ts";

test.each([
  [FileType.regular, 0o100644],
  [FileType.directory, 0o41755],
  [FileType.characterDevice, 0o20600],
  [FileType.blockDevice, 0o60600],
  [FileType.fifo, 0o10600],
  [FileType.socket, 0o140600],
  [FileType.symlink, 0o120777],
])("type %i of mode %i", (type, mode) => {
  expect(typeOfMode(mode)).toBe(type);
  expect(typeBitsOf(type)).toBe(mode & 0o170000);
});

test("bits that stand for no type", () => {
  expect([0, 0o644, 0o30000, 0o170000].map(typeOfMode)).toEqual([undefined, undefined, undefined, undefined]);
});
