/**
 * Decodes an LZ4 block byte by byte from the format's description alone, and throws where an encoder broke a rule:
 * also the end rules, which careless decoders do not notice.
 */
export function decodeStrictly(block: Uint8Array, length: number): Uint8Array {
  const output = new Uint8Array(length);
  let at = 0;
  let produced = 0;
  let lastMatchStart = -1;
  const take = (): number => {
    const byte = block[at++];
    if (byte === undefined)
      throw new Error(`the block ends inside a sequence, after ${produced} bytes of output`);
    return byte;
  };
  const extend = (nibble: number): number => {
    let sum = nibble;
    if (nibble === 15) {
      for (let byte = 255; byte === 255;) sum += byte = take();
    }
    return sum;
  };
  for (;;) {
    const token = take();
    const literals = extend(token >> 4);
    if (produced + literals > length)
      throw new Error(`literals go ${produced + literals - length} bytes too far`);
    for (let count = literals; count > 0; count--) output[produced++] = take();
    if (at === block.length) {
      if ((token & 15) !== 0) throw new Error("the last token says that a match follows");
      if (lastMatchStart >= 0 && literals < 5) throw new Error(`only ${literals} literals at the end`);
      if (lastMatchStart >= 0 && produced - lastMatchStart < 12) {
        throw new Error(`the last match starts ${produced - lastMatchStart} bytes before the end`);
      }
      if (produced !== length) throw new Error(`${produced} bytes of output, expected ${length}`);
      return output;
    }
    const distance = take() | (take() << 8);
    if (distance === 0 || distance > produced)
      throw new Error(`distance ${distance} after ${produced} bytes`);
    lastMatchStart = produced;
    const match = extend(token & 15) + 4;
    if (produced + match > length) throw new Error(`a match goes ${produced + match - length} bytes too far`);
    for (let count = match; count > 0; count--, produced++) output[produced] = output[produced - distance]!;
  }
}
