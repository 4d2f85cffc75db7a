import { FeatureIncompat } from "@erofs/format";
import { blobSource, memorySource, open, openSync } from "@erofs/reader";
import { describe, expect, it } from "vitest";
import { HandImage, sealSuperblock } from "./support/hand-image.ts";
import { sampleImage } from "./support/sample-image.ts";

/** A sound image with one change to its superblock, its checksum right. */
function changed(change: (superblock: DataView) => void): Uint8Array {
  const { bytes } = sampleImage();
  change(new DataView(bytes.buffer, bytes.byteOffset + 1024));
  sealSuperblock(bytes);
  return bytes;
}

describe("opening", () => {
  it.each<[string, Uint8Array, string, RegExp]>([
    ["an empty file", new Uint8Array(0), "EUCLEAN", /not an EROFS image: 0 bytes/],
    ["something else", new Uint8Array(9000).fill(1), "EUCLEAN", /magic/],
    [
      "a root in a metabox that is not there",
      changed((sb) => (sb.setUint32(0x50, 0x81, true), sb.setUint8(0x77, 0x80))),
      "EUCLEAN",
      /the image has no metabox/,
    ],
    [
      "a metabox inode in the metabox",
      changed((sb) => (sb.setUint8(13, 1), sb.setUint32(0x50, 0x181, true), sb.setUint8(0x87, 0x80))),
      "EUCLEAN",
      /the metabox inode has the NID 9223372036854775808, which is in the metabox/,
    ],
    [
      "a metabox that is a directory",
      changed((sb) => {
        sb.setUint8(13, 1);
        sb.setUint32(0x50, 0x181, true);
        sb.setUint8(0x77, 0x80);
        sb.setUint32(0x80, sb.getUint16(14, true), true);
      }),
      "EUCLEAN",
      /metabox inode \d+ is no regular file/,
    ],
    [
      "a feature nobody knows",
      changed((sb) => sb.setUint32(0x50, 0x400, true)),
      "EOPNOTSUPP",
      /unknown bit 10/,
    ],
    [
      "a root that is a file",
      changed((sb) => sb.setUint16(14, 128, true)),
      "EUCLEAN",
      /root inode 128|inode 128/,
    ],
    ["a root outside", changed((sb) => sb.setUint32(0x28, 0xffffff, true)), "EUCLEAN", /beyond the end/],
    [
      "configs that are none",
      changed((sb) => (sb.setUint32(0x50, 3, true), sb.setUint16(0x54, 1, true))),
      "EUCLEAN",
      /compression config/,
    ],
    [
      "a device table outside",
      changed(
        (sb) => (sb.setUint32(0x50, 9, true), sb.setUint16(0x56, 5, true), sb.setUint16(0x58, 0xffff, true)),
      ),
      "EUCLEAN",
      /beyond the end/,
    ],
  ])("%s fails and says why", async (_what, bytes, code, message) => {
    expect(() => openSync(memorySource(bytes))).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
    await expect(open(blobSource(new Blob([bytes as BlobPart])))).rejects.toMatchObject({ code });
  });

  it("verifies the checksum unless told not to", () => {
    const { bytes } = sampleImage();
    bytes[1024 + 0x40]! ^= 1;
    expect(() => openSync(memorySource(bytes))).toThrow("superblock checksum");
    expect(openSync(memorySource(bytes), { verifyChecksum: false }).root.nid).toBeGreaterThan(0);
  });

  it("gives what the superblock says", () => {
    const builder = new HandImage(10);
    const root = builder.directory([]);
    const image = openSync(
      memorySource(
        builder.build({ rootNid: root, volumeName: "label", featureIncompat: FeatureIncompat.chunkedFile }),
      ),
    );
    expect(image.superblock).toMatchObject({ volumeName: "label", blockSizeBits: 10, rootNid: root });
    expect(image.blockSize).toBe(1024);
    expect(image.root.nid).toBe(root);
    expect(image.inode(root)).toEqual(image.root);
  });
});
