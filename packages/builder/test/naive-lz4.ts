import type { Compressor } from "@erofs/compressor";

/** Bytes that a length takes in an LZ4 sequence beyond its token. */
function extra(length: number): number {
  return length < 15 ? 0 : 1 + Math.floor((length - 15) / 255);
}

/**
 * A plain-JavaScript LZ4 compressor that knows one trick, runs of one byte: slow, without a window, and
 * independent of the real one.
 */
export const naiveLz4: Compressor = {
  name: "naive",
  algorithm: 0,
  config: () => new Uint8Array(14),
  createEncoder: () => ({
    encode(input, output) {
      let out = 0;
      let anchor = 0; // first byte that is not encoded yet
      const sequence = (end: number, match: number) => {
        const literals = end - anchor;
        output[out++] = (Math.min(literals, 15) << 4) | (match > 0 ? Math.min(match - 4, 15) : 0);
        const put = (length: number) => {
          for (let left = length - 15; left >= 0; left -= 255) output[out++] = Math.min(left, 255);
        };
        put(literals);
        output.set(input.subarray(anchor, end), out);
        out += literals;
        if (match === 0) return;
        output[out++] = 1;
        output[out++] = 0;
        put(match - 4);
        anchor = end + match;
      };
      const literalCost = (count: number) => 1 + extra(count) + count;
      for (let at = 1; at < input.length - 12;) {
        let end = at;
        while (end < input.length - 5 && input[end] === input[at - 1]) end++;
        const match = end - at;
        const literals = at - anchor;
        if (literals < 1 || match < 8) {
          at = Math.max(end, at + 1);
          // Beyond what literals alone would fill, no match can come any more.
          if (out + literalCost(at - anchor) + 8 > output.length) break;
          continue;
        }
        if (out + literalCost(literals) + 2 + extra(match - 4) + literalCost(13) > output.length) break;
        sequence(at, match);
        at = anchor + 1;
      }
      let literals = Math.min(input.length - anchor, output.length - out - 1);
      while (literals > 0 && out + literalCost(literals) > output.length) literals--;
      if (literals <= 0) return { consumed: 0, produced: 0 };
      const end = anchor + literals;
      sequence(end, 0);
      return { consumed: end, produced: out };
    },
  }),
};
