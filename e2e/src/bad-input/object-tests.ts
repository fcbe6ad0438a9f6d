import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { type BadInputBench, documents, expectBalance, lines } from "./bad-input-bench.ts";

/** Objects that are missing, damaged, empty, large; and documents the target cannot take. */
export function objectTests(benchOf: () => BadInputBench): void {
  test("a missing object fails its task with SOURCE_NOT_FOUND and no other", async () => {
    const run = await benchOf().run(
      "Missing",
      { "a.jsonl": lines(documents(2, "a")), "b.jsonl": lines(documents(2, "b")) },
      { keys: ["Missing/a.jsonl", "Missing/gone.jsonl", "Missing/b.jsonl"] },
    );
    expect(run.view.datasetStatus).toBe("ERRORED");
    expect(run.tasks.map(({ taskStatus }) => taskStatus).toSorted()).toEqual(["COMPLETED", "COMPLETED", "ERRORED"]);
    const failed = run.tasks.find(({ taskStatus }) => taskStatus === "ERRORED");
    expect(failed?.lastError).toMatchObject({
      code: "SOURCE_NOT_FOUND",
      message: expect.stringContaining("Missing/gone.jsonl"),
    });
    expect((await benchOf().writtenIds("Missing")).toSorted()).toEqual(["a0", "a1", "b0", "b1"]);
    expectBalance(run);
  });

  test("a gzip object that was cut off fails with SOURCE_CORRUPT; the records before the cut are written, each once", async () => {
    const content = Array.from({ length: 60_000 }, (_, index) => ({
      id: `c${index}-${randomBytes(16).toString("hex")}`,
      do: "document",
    }));
    const packed = gzipSync(lines(content));
    const run = await benchOf().run("CutOff", { "cut.jsonl.gz": packed.subarray(0, packed.length * 0.8) });
    expect(run.view.datasetStatus).toBe("ERRORED");
    expect(run.tasks[0]?.lastError).toMatchObject({
      code: "SOURCE_CORRUPT",
      message: expect.stringContaining("cut.jsonl.gz"),
    });
    const written = await benchOf().writtenIds("CutOff");
    expect(written.length).toBeGreaterThan(30_000);
    expect(written.length).toBe(run.view.counts.documentsWritten);
    expect(written).toEqual(content.slice(0, written.length).map(({ id }) => id));
    expectBalance(run);
  });

  test("of a small gzip object that was cut off, too, the whole records before the cut are written", async () => {
    const content = Array.from({ length: 100 }, () => ({ id: randomBytes(16).toString("hex"), do: "document" }));
    const packed = gzipSync(lines(content));
    const run = await benchOf().run("SmallCutOff", { "cut.jsonl.gz": packed.subarray(0, packed.length * 0.8) });
    expect(run.tasks[0]?.lastError?.code).toBe("SOURCE_CORRUPT");
    const written = await benchOf().writtenIds("SmallCutOff");
    expect(written.length).toBeGreaterThan(50);
    expect(written).toEqual(content.slice(0, written.length).map(({ id }) => id));
    expect(run.view.counts.documentsWritten).toBe(written.length);
    expectBalance(run);
  });

  test("a gzip object that is damaged in the middle fails with SOURCE_CORRUPT", async () => {
    const packed = gzipSync(lines(documents(5_000)));
    packed.fill(0xff, packed.length / 2, packed.length / 2 + 64);
    const run = await benchOf().run("Damaged", { "damaged.jsonl.gz": packed });
    expect(run.view.datasetStatus).toBe("ERRORED");
    expect(run.tasks[0]?.lastError?.code).toBe("SOURCE_CORRUPT");
    expectBalance(run);
  });

  test("all members of a gzip object are read, records across members too", async () => {
    const text = lines(documents(9));
    const parts = [text.slice(0, 70), text.slice(70, 71), "", text.slice(71)].map((part) => gzipSync(part));
    const run = await benchOf().run("Members", { "members.jsonl.gz": Buffer.concat(parts) });
    expect(run.view.datasetStatus).toBe("COMPLETED");
    expect(await benchOf().writtenIds("Members")).toEqual(documents(9).map(({ id }) => id));
    expectBalance(run);
  });

  test("empty objects complete with no record; a last line without newline is a record", async () => {
    const run = await benchOf().run("Edges", {
      "empty.jsonl": "",
      "empty.jsonl.gz": gzipSync(""),
      "blank.jsonl": "\n\n\n",
      "last.jsonl": lines(documents(3)).trimEnd(),
    });
    expect(run.view.datasetStatus).toBe("COMPLETED");
    expect(run.tasks.map(({ taskProgress }) => taskProgress.recordsRead)).toEqual([0, 0, 0, 3]);
    expect(await benchOf().writtenIds("Edges")).toEqual(["d0", "d1", "d2"]);
    expectBalance(run);
  });

  test("binary bytes become error records that keep the bytes; the lines around them are written", async () => {
    const noise = randomBytes(256 * 1024);
    const body = Buffer.concat([
      Buffer.from(lines(documents(2, "before"))),
      Buffer.from("{"),
      noise,
      Buffer.from(`\n${lines(documents(2, "after"))}`),
    ]);
    const run = await benchOf().run("Binary", { "binary.bin": body });
    expect(run.view.datasetStatus).toBe("COMPLETED");
    expect(run.view.counts.recordsErrored).toBeGreaterThan(0);
    expect(await benchOf().writtenIds("Binary")).toEqual(["before0", "before1", "after0", "after1"]);
    const [record] = (await benchOf().errorRecords("Binary")).filter(({ record }) => record.encoding === "base64");
    const [from, to] = ["errorStartOffsetMap", "errorEndOffsetMap"].map((map) =>
      Number(record?.[map as "errorStartOffsetMap"].LINES),
    );
    const kept = Buffer.from(record?.record.body ?? "", "base64");
    expect(kept.length).toBeGreaterThan(0);
    expect(body.subarray(from, to).subarray(0, kept.length).equals(kept)).toBe(true);
    expectBalance(run);
  });

  test("a record over 64 MiB becomes the error record RECORD_TOO_LARGE; the records around it are written", async () => {
    const huge = Buffer.concat([Buffer.from("{"), Buffer.alloc(65 * 1024 * 1024, "x"), Buffer.from("\n")]);
    const body = Buffer.concat([
      Buffer.from(lines(documents(2, "before"))),
      huge,
      Buffer.from(lines(documents(2, "after"))),
    ]);
    const run = await benchOf().run("Huge", { "huge.jsonl.gz": gzipSync(body, { level: 1 }) });
    expect(run.view.datasetStatus).toBe("COMPLETED");
    expect(await benchOf().writtenIds("Huge")).toEqual(["before0", "before1", "after0", "after1"]);
    const [record, ...others] = await benchOf().errorRecords("Huge");
    expect(others).toEqual([]);
    expect(record).toMatchObject({ origin: "SYSTEM", code: "RECORD_TOO_LARGE", record: { truncated: true } });
    expect(record?.errorMessage).toContain(String(huge.length));
    expectBalance(run);
  });

  test("a document larger than the target takes becomes the error record DOCUMENT_TOO_LARGE", async () => {
    const content = [...documents(2), { id: "large", do: "large", bytes: 4 * 1024 * 1024 }, ...documents(2, "after")];
    const run = await benchOf().run(
      "LargeDocument",
      { "large.jsonl": lines(content) },
      { write: { connectorDestination: "KINESIS", resourceLocation: "LetsData", kinesisShardCount: 1 } },
    );
    expect(run.view.datasetStatus).toBe("COMPLETED");
    expect(run.view.counts).toMatchObject({ recordsRead: 5, documentsWritten: 4, recordsErrored: 1 });
    const records = await benchOf().errorRecords("LargeDocument");
    expect(records).toMatchObject([{ origin: "SYSTEM", code: "DOCUMENT_TOO_LARGE", documentId: "large" }]);
    expectBalance(run);
  });
}

/** Alone, as the memory of all task processes is looked at. */
export function longObjectTest(benchOf: () => BadInputBench): void {
  test("an object of 2 GiB of plain text is read with flat memory", async () => {
    const mebibyte = 1024 * 1024;
    const member = gzipSync(Buffer.alloc(64 * mebibyte, "some line of a very long file\n"), { level: 1 });
    const members = 32;
    const resident: number[] = [];
    const sampling = setInterval(() => {
      for (const pid of benchOf().worker.taskPids()) resident.push(residentBytes(pid));
    }, 100);
    try {
      const began = performance.now();
      const run = await benchOf().run(
        "TwoGibibytes",
        { "long.txt.gz": Buffer.concat(Array.from({ length: members }, () => member)) },
        { handler: "mebibytes.zip", seconds: 180 },
      );
      console.log(
        `2 GiB in ${Math.round(performance.now() - began)} ms, resident at most ${Math.max(...resident)} bytes`,
      );
      expect(run.view.datasetStatus).toBe("COMPLETED");
      expect(run.view.counts).toMatchObject({ recordsRead: members * 64, recordsSkipped: members * 64 });
      expectBalance(run);
    } finally {
      clearInterval(sampling);
    }
    expect(resident.length).toBeGreaterThan(10);
    expect(Math.max(...resident)).toBeLessThan(400 * mebibyte);
  });
}

/** 0 for a process that has ended meanwhile. */
function residentBytes(pid: number): number {
  try {
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    return Number(kilobytes ?? 0) * 1024;
  } catch {
    return 0;
  }
}
