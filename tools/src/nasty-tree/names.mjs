import { mkdirSync, writeFileSync } from "node:fs";

/**
 * Names as bytes: every single byte, the longest, prefixes of each other, a directory of many blocks, deep paths.
 *
 * @param {string} folder
 */
export function makeNames(folder) {
  /** @param {string} name a byte string */
  const touch = (name) => writeFileSync(Buffer.from(`${folder}/${name}`, "latin1"), name);

  mkdirSync(`${folder}/single bytes`);
  for (let byte = 1; byte < 256; byte++) {
    const name = String.fromCharCode(byte);
    // "." and "/" are no names; names that sort below "." are: "!", "-", and so on.
    if (name !== "." && name !== "/") touch(`single bytes/${name}`);
  }

  touch("a".repeat(255));
  touch("\xff".repeat(255));
  mkdirSync(Buffer.from(`${folder}/${"\xfe".repeat(255)}`, "latin1"));
  touch("caf\xe9 in Latin-1");
  writeFileSync(`${folder}/café in UTF-8 😀`, "");
  for (const name of [
    "...",
    "..a",
    ".a",
    "-",
    " ",
    "a b",
    "a\nb",
    "a\tb",
    "\\",
    '"',
    "'",
    "*",
    "$(x)",
    "con",
    "CON",
  ])
    touch(name);

  mkdirSync(`${folder}/prefixes`);
  for (let length = 1; length <= 200; length++) touch(`prefixes/${"p".repeat(length)}`);

  mkdirSync(`${folder}/long names`);
  for (let i = 0; i < 100; i++) touch(`long names/${String(i).padStart(3, "0")}${"n".repeat(252)}`);

  mkdirSync(`${folder}/many`);
  for (let i = 0; i < 5000; i++)
    writeFileSync(`${folder}/many/entry-${(i * 2_654_435_761) % 4_294_967_296}`, "");

  mkdirSync(`${folder}/empty`);
  let deep = `${folder}/deep`;
  while (deep.length < 3000) deep += `/${"d".repeat(100)}`;
  mkdirSync(deep, { recursive: true });
  writeFileSync(`${deep}/bottom`, "bottom");
}
