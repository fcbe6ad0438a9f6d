import { gzipSync } from "node:zlib";
import type { SampleObject } from "./public-data.ts";

export interface OrderFile {
  readonly head: SampleObject;
  readonly line: SampleObject;
  /** Its line of a manifest. */
  readonly manifestLine: string;
}

const articles = ["anvil", "bucket", "candle", "drill", "easel"];

/**
 * Made-up orders as pairs of sorted CSV files; order n has n % 4 lines. The price of every `damagedEvery`-th order line is no number.
 */
export function orderFiles(files: number, ordersPerFile: number, damagedEvery = 50): OrderFile[] {
  let lines = 0;
  return Array.from({ length: files }, (_, file) => {
    const heads: string[] = [];
    const details: string[] = [];
    for (let n = 0; n < ordersPerFile; n++) {
      const id = `order-${file}-${String(n).padStart(6, "0")}`;
      heads.push(`${id},customer-${n % 17},2026-01-${String((n % 28) + 1).padStart(2, "0")}\n`);
      for (let line = 0; line < n % 4; line++) {
        const price = ++lines % damagedEvery === 0 ? "gratis" : (line + 1) * 5;
        details.push(`${id},${articles[(n + line) % articles.length]},${line + 1},${price}\n`);
      }
    }
    const key = (kind: string) => `orders/${kind}-${file}.csv.gz`;
    return {
      head: { key: key("head"), body: gzipSync(heads.join("")) },
      line: { key: key("line"), body: gzipSync(details.join("")) },
      manifestLine: `HEAD:${key("head")}|LINE:${key("line")}`,
    };
  });
}
