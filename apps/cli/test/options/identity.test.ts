import { describe, expect, it } from "vitest";

import { formatUuid, labelValue, uuidValue } from "../../src/options/identity.ts";

describe("uuidValue", () => {
  const text = "01234567-89ab-cdef-0123-456789abcdef";

  it("reads a UUID with and without hyphens, in any case", () => {
    const bytes = uuidValue(text);
    expect(bytes).toEqual(
      Uint8Array.of(1, 35, 69, 103, 137, 171, 205, 239, 1, 35, 69, 103, 137, 171, 205, 239),
    );
    expect(uuidValue(text.replaceAll("-", "").toUpperCase())).toEqual(bytes);
    expect(formatUuid(bytes as Uint8Array)).toBe(text);
  });

  it("knows clear and random", () => {
    expect(uuidValue("clear")).toEqual(new Uint8Array(16));
    expect(uuidValue("random")).toBe("random");
  });

  it.each(["", "1234", `${text}0`, text.replace("-", ""), text.replace("a", "g"), "Random"])(
    "refuses '%s'",
    (bad) => {
      expect(() => uuidValue(bad)).toThrow("32 hex digits");
    },
  );
});

describe("labelValue", () => {
  it("counts bytes of UTF-8, not characters", () => {
    expect(labelValue("0123456789abcdef")).toBe("0123456789abcdef");
    expect(labelValue("éééééééé")).toHaveLength(16);
    expect(() => labelValue("éééééééée")).toThrow("17 bytes, a label has at most 16");
  });
});
