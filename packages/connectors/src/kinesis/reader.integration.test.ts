import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type OpenCloud, openCloud } from "../testing/open-cloud.ts";
import { checkKinesisRead } from "./check-access.ts";
import { kinesisReadPermissions } from "./permissions.ts";
import { openKinesisReader } from "./reader.ts";
import { describeKinesisReader, everything, makeStream } from "./testing/reader-suite.ts";

let open: OpenCloud;
const signal = new AbortController().signal;
beforeAll(async () => {
  open = await openCloud({
    kinesisShardBytesPerSecond: 2 ** 40,
    kinesisShardRecordsPerSecond: 1_000_000,
    kinesisShardReadsPerSecond: 1_000_000,
  });
});
afterEach(() => open.faults.clear());
afterAll(() => open.cloud.remove());

describeKinesisReader(() => open.access);

describe("the Kinesis reader, at a cloud that misbehaves", () => {
  it("with exactly the stated permissions goes on behind the last record when iterators expire", async () => {
    const config = await makeStream(open.access, "expiring");
    await config.put(Array.from({ length: 1_500 }, (_, n) => String(n)));
    const access = await open.narrowed(kinesisReadPermissions(config));
    open.faults.add({ kind: "expired-iterator", service: "kinesis", action: "GetRecords", times: 2 });
    const read: string[] = [];
    for await (const { records } of openKinesisReader({ config, definition: everything, access }).read(null, signal)) {
      read.push(...records.map(({ body }) => Buffer.from(body).toString()));
    }
    expect(read).toEqual(Array.from({ length: 1_500 }, (_, n) => String(n)));
  });

  it.each(["throttle", "5xx", "cut"] as const)("throws a problem worth repeating: %s", async (kind) => {
    const config = await makeStream(open.access, `fault-${kind}`);
    open.faults.add({ kind, service: "kinesis", action: "GetRecords" });
    const reader = openKinesisReader({ config, definition: everything, access: open.access });
    await expect(reader.read(null, signal)[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      entry: { retry: "later" },
    });
  });

  it("refuses to go on where records between may be gone: a position older than the retention, a shard no more there", async () => {
    const config = await makeStream(open.access, "trimmed");
    const now = Date.now();
    const next = (shardId: string, readUntil: number) =>
      openKinesisReader({ config, definition: { ...everything, shardId }, access: open.access })
        .read({ sequenceNumber: `49${"0".repeat(54)}`, began: now, readUntil }, signal)
        [Symbol.asyncIterator]()
        .next();
    await expect(next(everything.shardId, now - 25 * 3_600_000)).rejects.toMatchObject({ code: "POSITION_EXPIRED" });
    await expect(next("shardId-000000000007", now)).rejects.toMatchObject({ code: "POSITION_EXPIRED" });
    expect((await next(everything.shardId, now - 23 * 3_600_000)).done).toBe(true);
  });
});

describe("the Kinesis access check for reading", () => {
  it("is satisfied by the stated permissions", async () => {
    const config = await makeStream(open.access, "checked");
    expect(await checkKinesisRead(config, await open.narrowed(kinesisReadPermissions(config)), signal)).toEqual([]);
  });

  it("names the one missing action and the statement to add, whichever it is", async () => {
    const config = await makeStream(open.access, "partly");
    const actions = kinesisReadPermissions(config).flatMap((permission) => permission.actions);
    for (const missing of actions) {
      const rest = {
        actions: actions.filter((action) => action !== missing),
        resources: [config.streamArn],
        reason: "",
      };
      const findings = await checkKinesisRead(config, await open.narrowed([rest]), signal);
      expect(findings.map(({ code, message }) => [code, message.includes(missing)])).toEqual([["ACCESS_DENIED", true]]);
      expect(findings[0]).toMatchObject({ path: "readConnector.streamArn" });
    }
  });

  it("says when the stream does not exist", async () => {
    const streamArn = `arn:aws:kinesis:eu-west-1:${open.access.accountId}:stream/nowhere`;
    const findings = await checkKinesisRead({ streamArn }, open.access, signal);
    expect(findings.map(({ code }) => code)).toEqual(["RESOURCE_NOT_FOUND"]);
  });
});
