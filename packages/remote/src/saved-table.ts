import { ftruncateSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import type { BlockTable } from "./block-table.ts";

const MAGIC = "EROFSbt1";
const HEADER_SIZE = 16;
/** Of a record: slot u32, block u64, crc u32, used u32. */
const RECORD_SIZE = 20;

/** Writes down which blocks stand where. Failing that, they will be fetched again. */
export function saveTable(table: BlockTable, path: string): void {
  const records: Buffer[] = [Buffer.alloc(HEADER_SIZE)];
  records[0]!.write(MAGIC, "latin1");
  records[0]!.writeUInt32LE(table.slotCount, 8);
  for (let slot = 0; slot < table.slotCount; slot++) {
    const record = table.record(slot);
    if (record === undefined) continue;
    const bytes = Buffer.alloc(RECORD_SIZE);
    bytes.writeUInt32LE(slot, 0);
    bytes.writeBigUInt64LE(BigInt(record.block), 4);
    bytes.writeUInt32LE(record.crc, 12);
    bytes.writeUInt32LE(record.used, 16);
    records.push(bytes);
  }
  try {
    writeFileSync(`${path}.new`, Buffer.concat(records), { mode: 0o600 });
    renameSync(`${path}.new`, path);
  } catch {
    return;
  }
}

/**
 * Puts what was written down into an empty table, unverified: blocks may have been overwritten since, or never have reached
 * the disk. A table of another size gets nothing, and its file of blocks `fd` starts empty.
 * @param blockCount of the file on the web
 */
export function loadTable(table: BlockTable, path: string, fd: number, blockCount: number): void {
  const bytes = readSaved(path, HEADER_SIZE + table.slotCount * RECORD_SIZE);
  if (
    bytes === undefined ||
    bytes.toString("latin1", 0, 8) !== MAGIC ||
    bytes.readUInt32LE(8) !== table.slotCount
  ) {
    ftruncateSync(fd, 0);
    return;
  }
  for (let at = HEADER_SIZE; at + RECORD_SIZE <= bytes.length; at += RECORD_SIZE) {
    const slot = bytes.readUInt32LE(at);
    const block = Number(bytes.readBigUInt64LE(at + 4));
    if (slot >= table.slotCount || block >= blockCount) continue;
    table.restore(slot, { block, crc: bytes.readUInt32LE(at + 12), used: bytes.readUInt32LE(at + 16) });
  }
}

function readSaved(path: string, maxSize: number): Buffer | undefined {
  try {
    if (statSync(path).size > maxSize) return undefined;
    const bytes = readFileSync(path);
    return bytes.length < HEADER_SIZE ? undefined : bytes;
  } catch {
    return undefined;
  }
}
