import { checkCompressor } from "../check-compressor.ts";
import { checkLevel } from "../check-options.ts";
import { Algorithm, type Compressor } from "../contract.ts";
import type { ConformanceCase, Kit, Variant } from "./case.ts";
import { check, checkSame } from "./check.ts";

/** Sizes of the records that kernels know (`z_erofs_lz4_cfgs` and its siblings), and what must be in them. */
const records = new Map<number, { size: number; fault(record: DataView): string | undefined }>([
  [
    Algorithm.lz4,
    {
      size: 14,
      fault: (record) => (record.getUint16(2, true) > 0 ? undefined : "clusters of 0 blocks"),
    },
  ],
  [
    Algorithm.lzma,
    {
      size: 14,
      fault: (record) => {
        const dictSize = record.getUint32(0, true);
        if (dictSize < 4096 || dictSize > 8 << 20) return `a dictionary of ${dictSize} bytes`;
        return record.getUint16(4, true) === 0 ? undefined : "a format that is not 0";
      },
    },
  ],
  [
    Algorithm.deflate,
    {
      size: 6,
      fault: (record) => {
        const bits = record.getUint8(0);
        return bits >= 8 && bits <= 15 ? undefined : `a window of 2^${bits} bytes`;
      },
    },
  ],
  [
    Algorithm.zstd,
    {
      size: 6,
      fault: (record) => {
        if (record.getUint8(0) !== 0) return "a format that is not 0";
        const bits = record.getUint8(1) + 10;
        return bits <= 20 ? undefined : `a window of 2^${bits} bytes`;
      },
    },
  ],
]);
const LARGEST_PRIVATE_RECORD = 1024;
/** Above this many levels, their ends stand for all. */
const MANY_LEVELS = 256;

function checkRecord({ algorithm }: Compressor, record: unknown, what: string): asserts record is Uint8Array {
  check(record instanceof Uint8Array, `${what}: no Uint8Array`);
  const known = records.get(algorithm);
  if (known === undefined) {
    check(record.length <= LARGEST_PRIVATE_RECORD, `${what}: ${record.length} bytes, at most 1024 fit`);
    return;
  }
  check(record.length === known.size, `${what}: ${record.length} bytes, expected ${known.size}`);
  const fault = known.fault(new DataView(record.buffer, record.byteOffset, record.length));
  check(fault === undefined, `${what}: it says ${fault}`);
}

/** What a compressor says of itself. */
export function declarationCases(kit: Kit, variants: readonly Variant[]): ConformanceCase[] {
  const { compressor } = kit;
  const { levels } = compressor;
  const cases: ConformanceCase[] = [
    {
      name: "is a compressor",
      run: async () => checkCompressor(compressor, "the compressor"),
    },
    {
      name: "gives configuration records",
      run: async () => {
        for (const { label, options } of variants) {
          for (const blockSize of [512, 4096, 65536]) {
            const what = `the configuration record (${label}, blocks of ${blockSize})`;
            const record: unknown = compressor.config({ ...options, maxOutput: 65536, blockSize });
            checkRecord(compressor, record, what);
            const again = compressor.config({ ...options, maxOutput: 65536, blockSize });
            checkSame(again, record, `${what}, asked for again`);
          }
        }
      },
    },
  ];
  if (levels === undefined) return cases;
  const { min, max } = levels;
  const count = max - min + 1;
  const tried =
    count <= MANY_LEVELS ? Array.from({ length: count }, (_, i) => min + i) : [min, levels.default, max];
  cases.push({
    name: "takes every level of its range and no other",
    run: async () => {
      const create = async (level: number) => compressor.createEncoder({ level, maxOutput: 4096 });
      for (const level of tried) {
        await create(checkLevel(compressor, level));
      }
      for (const level of [levels.min - 1, levels.max + 1, levels.min + 0.5]) {
        const outcome = await create(level).catch(() => undefined);
        check(outcome === undefined, `an encoder of level ${level} was made`);
      }
    },
  });
  return cases;
}
