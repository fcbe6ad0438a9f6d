import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { Problem } from "@letsdata/plugin-kit/problems";
import { describe, expect, test } from "vitest";
import { checkManifest, type ManifestInput, openText, planBatchSize, planManifest } from "./plan-tasks.ts";
import { hugeManifest } from "./testing/huge-manifest.ts";
import { fc } from "./testing/property.ts";

const manifest = (text: string, grammar: ManifestInput["grammar"] = "single-file"): ManifestInput => ({
  grammar,
  path: "manifestFile.fileContents",
  open: openText(text),
});
async function plansOf(input: ManifestInput) {
  const plans = [];
  for await (const batch of planManifest(input, await checkManifest(input))) plans.push(...batch);
  return plans;
}
async function problemOf(promise: Promise<unknown>): Promise<Problem> {
  const thrown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(thrown instanceof Problem)) throw new Error("no Problem was thrown");
  return thrown;
}

/** In a process of its own: what is alive here is other tests', too. Says the sizes of the batches, and the bytes alive every 20,000 plans. */
const planInAnotherProcess = `
import { checkManifest, planManifest } from ${moduleHere("plan-tasks.ts")};
import { hugeManifest } from ${moduleHere("testing/huge-manifest.ts")};
const input = hugeManifest(60);
const check = await checkManifest(input);
const sizes = [];
const alive = [];
let count = 0;
for await (const batch of planManifest(input, check)) {
  sizes.push(batch.length);
  count += batch.length;
  if (count % 20_000 > 0) continue;
  gc();
  alive.push(process.memoryUsage().heapUsed);
}
console.log(JSON.stringify({ sizes, alive }));
`;
function moduleHere(path: string): string {
  return JSON.stringify(join(import.meta.dirname, path));
}

describe("planning an S3 manifest", () => {
  test("one plan for each line that counts, with its place and line number", async () => {
    expect(await plansOf(manifest("\uFEFF a.gz \r\n\r\n  \nb c.gz"))).toEqual([
      { position: "0", readerDefinition: { line: 1, fileNames: { "": "a.gz" } } },
      { position: "1", readerDefinition: { line: 4, fileNames: { "": "b c.gz" } } },
    ]);
  });

  test("several files of a line by type, whatever case, blanks and order", async () => {
    const plans = await plansOf(manifest("Head : 2026/h:1.gz | line: l1 \nLINE:l2|HEAD:h2", "multiple-file"));
    expect(plans.map((plan) => plan.readerDefinition.fileNames)).toEqual([
      { HEAD: "2026/h:1.gz", LINE: "l1" },
      { LINE: "l2", HEAD: "h2" },
    ]);
  });

  test("one bad line and nothing is planned; a hundred are listed with their numbers", async () => {
    const lines = [
      "HEAD:a|LINE:b",
      "no type",
      ":k",
      "HEAD:",
      "HEAD:a|HEAD:b",
      "HEAD:a",
      ...Array.from({ length: 200 }, () => "x"),
    ];
    const problem = await problemOf(checkManifest(manifest(lines.join("\n"), "multiple-file")));
    expect(problem.code).toBe("MANIFEST_INVALID");
    expect(problem.message).toContain("205");
    expect(problem.errors).toHaveLength(100);
    expect(problem.errors[0]?.message).toBe('Line 2 has no TYPE: in front of "no type"');
    expect(problem.errors[4]?.message).toContain("Line 6 has the file types HEAD; the first line has HEAD|LINE");
  });

  test("lines over 8 KiB, bad bytes and empty manifests are refused", async () => {
    const long = await problemOf(checkManifest(manifest(`ok\n${"x".repeat(9000)}\nok`)));
    expect(long.errors).toMatchObject([{ message: "Line 2 is longer than 8 KiB" }]);
    const binary = {
      ...manifest(""),
      open: async function* () {
        yield Uint8Array.of(0xff, 0xfe, 10, 65);
      },
    };
    expect((await problemOf(checkManifest(binary))).errors).toMatchObject([{ message: "Line 1 is not UTF-8" }]);
    expect((await problemOf(checkManifest(manifest(" \n\n")))).message).toBe("The manifest has no line");
  });

  test("duplicates are separate tasks; the first hundred are listed with their numbers", async () => {
    const path = "manifestFile.fileContents";
    const check = await checkManifest(manifest("a\n\nb\na\na"));
    expect(check).toMatchObject({
      lines: 4,
      duplicates: 2,
      duplicateLines: [4, 5].map((line) => ({
        path,
        code: "DUPLICATE_LINE",
        message: `Line ${line} repeats an earlier one: a`,
      })),
    });
    expect(await plansOf(manifest("a\na"))).toHaveLength(2);

    const long = `${"x".repeat(1000)}`;
    const many = await checkManifest(manifest(Array.from({ length: 300 }, () => long).join("\n")));
    expect([many.duplicates, many.duplicateLines.length]).toEqual([299, 100]);
    expect(many.duplicateLines[99]?.message).toMatch(/^Line 101 repeats an earlier one: x+$/);
    expect(many.duplicateLines[99]?.message).toHaveLength(512);
  });

  test("a manifest that changes between the passes fails", async () => {
    const check = await checkManifest(manifest("a\nb"));
    for (const changed of ["a\nc", "a", "a\nb\nc", "b\na"]) {
      const all = (async () => {
        for await (const _ of planManifest(manifest(changed), check));
      })();
      expect((await problemOf(all)).code).toBe("MANIFEST_CHANGED");
    }
  });

  test("how the bytes are cut into chunks makes no difference", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.stringMatching(/^[a-zé/. ]{0,12}$/), { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 1, max: 9 }),
        async (lines, size) => {
          const bytes = new TextEncoder().encode(`${lines.join("\n")}\nend`);
          const chunked = {
            ...manifest(""),
            open: async function* () {
              for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
            },
          };
          expect(await plansOf(chunked)).toEqual(await plansOf(manifest(`${lines.join("\n")}\nend`)));
        },
      ),
      { numRuns: 200 },
    );
  });

  test("a huge manifest is planned in batches; what is alive does not grow with its lines", async () => {
    const flags = ["--expose-gc", "--disable-warning=ExperimentalWarning", "--input-type=module"];
    const { stdout } = await promisify(execFile)(process.execPath, [...flags, "-e", planInAnotherProcess]);
    const { sizes, alive } = JSON.parse(stdout) as { sizes: number[]; alive: number[] };
    expect(Math.max(...sizes)).toBeLessThanOrEqual(planBatchSize);
    expect(sizes.reduce((sum, size) => sum + size)).toBe(60_000);
    expect(alive).toHaveLength(3);
    expect(alive.at(-1)! - alive[0]!).toBeLessThan(2_000_000);
  });

  test("one bad line behind 100,000 good ones and nothing is planned: the line is named", async () => {
    const problem = await problemOf(plansOf(hugeManifest(100, `2026/end.gz\n${"x".repeat(1025)}\n`)));
    expect(problem.code).toBe("MANIFEST_INVALID");
    expect(problem.errors.map(({ message }) => message)).toEqual([
      "Line 100002 is longer than an object key may be (1024 bytes)",
    ]);
  });

  test("among 100,000 lines every repeated one is counted, none by mistake, and the first is named", async () => {
    expect(await checkManifest(hugeManifest(100))).toMatchObject({ lines: 100_000, duplicates: 0, duplicateLines: [] });
    const repeats = "2026/part-0-0.gz\n2026/new.gz\n2026/part-99-999.gz\n";
    expect(await checkManifest(hugeManifest(100, repeats))).toMatchObject({
      duplicates: 2,
      duplicateLines: [100_001, 100_003].map((line) => ({ message: expect.stringContaining(`Line ${line} `) })),
    });
  });
});
