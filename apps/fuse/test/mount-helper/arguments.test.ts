import { resolve } from "node:path";
import { expect, test } from "vitest";
import { parseArguments } from "../../src/mount-helper/arguments.ts";

test("takes what mount(8) gives a helper", () => {
  const words =
    "rw,noatime,_netdev,x-systemd.automount,allow_other,suid,dev,noexec,offset=4K,cache=1G,workers=2,device=a\\,b,device=/c,log=l";
  expect(parseArguments(["image", "/mnt", "-v", "-n", "-t", "fuse.erofs", "-o", words])).toEqual({
    options: {
      image: resolve("image"),
      directory: "/mnt",
      devices: [resolve("a,b"), "/c"],
      allowOther: true,
      suid: true,
      dev: true,
      exec: false,
      offset: 4096,
      cacheBytes: 2 ** 30,
      workers: 2,
      remote: {},
    },
    logFile: resolve("l"),
    fake: false,
  });
  expect(parseArguments(["i", "d", "-f"]).fake).toBe(true);
});

test("refuses what it does not know, unless it is to be sloppy", () => {
  expect(() => parseArguments(["i", "d", "-o", "ro,frob=1"])).toThrow("unknown mount option 'frob=1'");
  expect(parseArguments(["i", "d", "-s", "-o", "frob=1"]).options.image).toBe(resolve("i"));
  expect(() => parseArguments(["i", "d", "-o", "cache=lots"])).toThrow("cache=lots");
  expect(() => parseArguments(["i", "d", "-o", "kernel"])).toThrow("FUSE");
  expect(() => parseArguments(["i", "d", "--frob"])).toThrow("--frob");
  expect(() => parseArguments(["i"])).toThrow("usage");
  expect(() => parseArguments(["i", "d", "e"])).toThrow("usage");
});

test("takes addresses as they are", () => {
  const words = "device=https://example.org/b,disk_cache=1M,cache_dir=/var/cache/erofs";
  expect(parseArguments(["https://example.org/a", "/mnt", "-o", words]).options).toEqual({
    image: "https://example.org/a",
    directory: "/mnt",
    devices: ["https://example.org/b"],
    remote: { cacheBytes: 2 ** 20, cacheDirectory: "/var/cache/erofs" },
  });
});
