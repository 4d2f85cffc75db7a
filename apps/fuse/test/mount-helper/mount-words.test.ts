import { describe, expect, it } from "vitest";

import { parseMountWords } from "../../src/mount-helper/mount-words.ts";

describe("parseMountWords", () => {
  it("reads what is for it, and leaves alone what mount(8) and others have for themselves", () => {
    const words = parseMountWords([
      "rw,noauto,user,_netdev,nofail,noatime,x-systemd.automount,comment=mine,nosuid,dev,noexec,allow_other",
      "offset=4K,device=a\\,b,device=t=c,cache=1G,disk_cache=2M,cache_dir=/c,workers=3,log=l,fsname=f,fuse",
      "acl,cache_strategy=disabled,context=system_u:object_r:x:s0",
    ]);
    expect(words).toEqual({
      suid: false,
      dev: true,
      exec: false,
      allowOther: true,
      offset: 4096,
      devices: ["a,b", "t=c"],
      cache: 2 ** 30,
      diskCache: 2 << 20,
      cacheDir: "/c",
      workers: 3,
      log: "l",
      source: "f",
      via: "fuse",
      kernelOptions: ["acl", "cache_strategy=disabled", "context=system_u:object_r:x:s0"],
    });
    expect(parseMountWords([])).toEqual({ devices: [], kernelOptions: [] });
    expect(parseMountWords(["cache=64MiB"]).cache).toBe(64 << 20);
    expect(parseMountWords(["noauto_unmount"]).autoUnmount).toBe(false);
    expect(parseMountWords(["frob,suid"], true)).toEqual({ suid: true, devices: [], kernelOptions: [] });
  });

  it.each(["frob", "frob=1", "suid=1", "offset", "offset=far", "constructor", "__proto__=1"])(
    "refuses %s",
    (word) => {
      expect(() => parseMountWords([`ro,${word}`])).toThrow(word);
    },
  );
});
