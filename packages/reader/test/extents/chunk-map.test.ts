import { ChunkFormat, DataLayout, encodeChunkTable } from "@erofs/format";
import { memorySource, openSync } from "@erofs/reader";
import { describe, expect, it } from "vitest";
import { withDevices } from "../support/device-image.ts";
import { HandImage } from "../support/hand-image.ts";
import { prose } from "../support/random.ts";

const mode = 0o100644;
const layout = DataLayout.chunkBased;

describe("chunks on extra devices", () => {
  const { bytes, first, second, content } = withDevices();
  const devices = [memorySource(first), memorySource(second)];

  it("are read from the devices given", () => {
    const image = openSync(memorySource(bytes), { devices });
    const node = image.lookup("chunks");
    expect(Buffer.compare(image.read(node), content)).toBe(0);
    expect(image.dataRanges(node)).toEqual([
      { offset: 0, length: 4096 },
      { offset: 8192, length: 4106 },
    ]);
    expect(image.extents(node)).toEqual([
      { kind: "data", logical: 0, length: 4096, physical: { device: 1, offset: 4096, length: 4096 } },
      { kind: "hole", logical: 4096, length: 4096 },
      { kind: "data", logical: 8192, length: 4106, physical: { device: 2, offset: 8192, length: 4106 } },
    ]);
    expect(Buffer.compare(image.read(image.lookup("flat")), second.subarray(4096, 9096))).toBe(0);
  });

  it("are listed for a part of the file: extents whole, data to the byte", () => {
    const image = openSync(memorySource(bytes), { devices });
    const node = image.lookup("chunks");
    const logical = (offset: number, length?: number) =>
      image.extents(node, offset, length).map((extent) => extent.logical);
    expect(logical(4095, 1)).toEqual([0]);
    expect(logical(4095, 2)).toEqual([0, 4096]);
    expect(logical(5000)).toEqual([4096, 8192]);
    expect([logical(0, 0), logical(node.size), logical(1e9, 5)]).toEqual([[], [], []]);
    expect(image.dataRanges(node, 4000, 4300)).toEqual([
      { offset: 4000, length: 96 },
      { offset: 8192, length: 108 },
    ]);
    expect(image.dataRanges(node, 4096, 4096)).toEqual([]);
    expect(image.dataRanges(node, 9000)).toEqual([{ offset: 9000, length: 3298 }]);
    expect(() => logical(-1)).toThrow(expect.objectContaining({ code: "EINVAL" }));
    expect(() => image.dataRanges(node, Number.NaN)).toThrow(expect.objectContaining({ code: "EINVAL" }));
  });

  it("are read from one image that has all devices in a row", () => {
    const joined = new Uint8Array(204 * 4096);
    joined.set(bytes);
    joined.set(first, 100 * 4096);
    joined.set(second, 200 * 4096);
    const image = openSync(memorySource(joined));
    expect(Buffer.compare(image.read(image.lookup("chunks")), content)).toBe(0);
    expect(Buffer.compare(image.read(image.lookup("flat")), second.subarray(4096, 9096))).toBe(0);
  });

  it("name the device that is missing", () => {
    const image = openSync(memorySource(bytes));
    expect(() => image.read(image.lookup("chunks"))).toThrow(expect.objectContaining({ code: "ENODEV" }));
    expect(() => openSync(memorySource(bytes), { devices: devices.slice(1) })).toThrow(
      "1 extra devices given",
    );
  });
});

describe("chunk tables", () => {
  function openWith(size: number, chunkFormat: number, body: Uint8Array) {
    const image = new HandImage();
    const file = image.inode({ mode, size, layout, chunkFormat }, { body, align: 8 });
    return openSync(memorySource(image.build({ rootNid: image.directory([["file", file, 1]]) })));
  }

  it("as block maps join what stands side by side", () => {
    const builder = new HandImage();
    const content = prose(600 * 4096, 3);
    const block = builder.data(content);
    const chunks = Array.from({ length: 600 }, (_, i) => ({ device: 0, block: block + i }));
    const body = encodeChunkTable(chunks, 0);
    const file = builder.inode({ mode, size: content.length, layout }, { body, align: 4 });
    const image = openSync(memorySource(builder.build({ rootNid: builder.directory([["file", file, 1]]) })));
    const node = image.lookup("file");
    expect(Buffer.compare(image.read(node), content)).toBe(0);
    expect(image.extents(node)).toHaveLength(2);
    expect(image.dataRanges(node)).toEqual([{ offset: 0, length: content.length }]);
  });

  it("may describe exbibytes of holes", () => {
    const chunk = 4096 * 2 ** 31;
    const image = openWith(100 * chunk, 31, new Uint8Array(400).fill(0xff));
    const node = image.lookup("file");
    expect(image.dataRanges(node)).toEqual([]);
    expect(image.read(node, 99 * chunk, 3)).toEqual(new Uint8Array(3));
  });

  it("that claim more than the image holds are refused", () => {
    const image = openWith(2 ** 50, 0, new Uint8Array(8));
    expect(() => image.extents(image.lookup("file"))).toThrow(expect.objectContaining({ code: "EUCLEAN" }));
  });

  it("that name a device without a table mean the primary one", () => {
    const image = openWith(10, ChunkFormat.indexes, Buffer.from("0000050001000000", "hex"));
    expect(image.extents(image.lookup("file"))[0]?.physical).toEqual({ device: 0, offset: 4096, length: 10 });
  });
});
