import { randomInt } from "node:crypto";
import { rmSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HostProcess } from "../host-process/host-process.ts";
import { hostedEntry } from "../host-process/hosted-entry.ts";
import { connectToEntry } from "../javascript/lambda-entry.ts";
import { javaScriptHost } from "../javascript/open-handler.ts";
import { pythonCommand, pythonHost } from "../python/open-handler.ts";
import { defaultSplitLimits } from "../record-splitter/record-splitter.ts";
import { ordersEntry, ordersModules, writeArtifact } from "../state-machine/testing/orders-artifact.ts";
import { batchesOf, testOrders, told } from "../state-machine/testing/orders-suite.ts";
import { bridgeHost } from "./bridge-host.ts";

const seed = Number(process.env.WINDOWS_SEED ?? randomInt(2 ** 31));
console.log(`windows: seed ${seed} (WINDOWS_SEED repeats it)`);

let ordersImage = "";
beforeAll(async () => {
  ordersImage = await writeArtifact({ ...ordersModules, "index.js": ordersEntry });
});
afterAll(() => rmSync(ordersImage, { recursive: true, force: true }));

const pythonArtifact = join(import.meta.dirname, "../python/testing/artifact");
const python = new HostProcess(pythonCommand(pythonArtifact));
afterAll(() => {
  python.close();
  pythonHost.close?.();
});

/** From windows that end within nearly every composite to windows that hold the whole file. */
for (const windowBytesMax of [50, 64, 300, 4096]) {
  const name = `function that gets windows of ${windowBytesMax} bytes`;
  const host = bridgeHost({ language: "JAVASCRIPT", connect: connectToEntry, windowBytesMax });
  testOrders(`a JavaScript ${name}`, host, () => ({ artifactDir: ordersImage }));
  const hosted = hostedEntry("PYTHON", () => python, { windowBytesMax });
  testOrders(`a Python ${name}`, hosted, () => ({ artifactDir: pythonArtifact }));
}

describe("two files read side by side", () => {
  const anyOrders = fc.array(fc.nat(4), { maxLength: 6 });
  const filesOf = (orderLines: readonly number[]) => ({
    HEAD: orderLines.map((_, id) => `${id},h\n`).join(""),
    LINE: orderLines.flatMap((count, id) => Array.from({ length: count }, (_, n) => `${id},v${n}\n`)).join(""),
  });
  /** As a person would do it. */
  const naive = (orderLines: readonly number[]) =>
    orderLines.map((count, id) => `${id}[${Array.from({ length: count }, (_, n) => `v${n}`).join("+")}]`);
  const hosts = {
    JavaScript: (windowBytesMax: number) =>
      bridgeHost({ language: "JAVASCRIPT", connect: connectToEntry, windowBytesMax }),
    Python: (windowBytesMax: number) => hostedEntry("PYTHON", () => python, { windowBytesMax }),
  };

  test.each(Object.entries(hosts))(
    "make the documents of a naive model, resumed anywhere, in %s",
    async (name, host) => {
      const artifactDir = name === "Python" ? pythonArtifact : ordersImage;
      // One order's lines and its head are up to 25 bytes, and the next line is looked at.
      const anyWindow = fc.integer({ min: 40, max: 120 });
      const property = fc.asyncProperty(anyOrders, anyWindow, fc.nat(9), async (orderLines, windowBytes, stop) => {
        const source = { artifactDir, taskId: "task", interfaceName: "MultipleFileStateMachineReader" } as const;
        const opened = await host(windowBytes).openStateMachine?.({
          ...source,
          names: { HEAD: "h", LINE: "l" },
          limits: { ...defaultSplitLimits, batchRecordsMax: 1 },
        });
        if (!opened) throw new Error("no state machines");
        const batches = await batchesOf(opened, filesOf(orderLines));
        expect(await told(opened, batches)).toEqual(naive(orderLines));
        const at = Math.min(stop, batches.length - 1);
        const rest = await batchesOf(opened, filesOf(orderLines), batches[at]?.files);
        expect(await told(opened, [...batches.slice(0, at + 1), ...rest])).toEqual(naive(orderLines));
        await opened.handler.close();
      });
      await fc.assert(property, { numRuns: 60, seed });
    },
  );
});

const names = { S3: "orders.log" };
const machine = { taskId: "task", interfaceName: "SingleFileStateMachineReader", names } as const;

describe.each(Object.entries({ JavaScript: javaScriptHost, Python: pythonHost }))("an image in %s", (_name, host) => {
  test("as published is refused for a state machine, at initialisation and in a task", async () => {
    const refused = { code: "ARTIFACT_INVALID", message: expect.stringContaining("protocol 1") };
    const source = { ...machine, artifactDir: join(import.meta.dirname, "testing/published-image") };
    await expect(host.describe(source)).rejects.toMatchObject(refused);
    await expect(host.openStateMachine?.(source)).rejects.toMatchObject(refused);
  });
});

test("an archive that has nothing but the entry of an image combines files", async () => {
  const classes = ordersModules["letsdata_interfaces/readers/SingleFileStateMachineReader.js"] ?? "";
  const parser = ordersModules["letsdata_interfaces/readers/parsers/SingleFileStateMachineParser.js"] ?? "";
  const artifactDir = await writeArtifact({
    "src/reader.js": classes.replaceAll('"../', '"../letsdata_interfaces/'),
    "src/parser.js": parser.replaceAll('"../../', '"../letsdata_interfaces/'),
    "index.js": `import { lambdaHandler } from "@letsdata/handler";
      import { SingleFileStateMachineReader } from "./src/reader.js";
      import { SingleFileStateMachineParser } from "./src/parser.js";
      export const handler = lambdaHandler({ SingleFileStateMachineReader, SingleFileStateMachineParser });`,
  });
  const source = { ...machine, artifactDir };
  expect(await javaScriptHost.describe(source)).toMatchObject({ language: "JAVASCRIPT" });
  const opened = await javaScriptHost.openStateMachine?.(source);
  expect(opened?.combiner.fileNames).toEqual({ ORDERS: "in/orders.log" });
  await expect(
    javaScriptHost.openRecordHandler({ artifactDir, taskId: "task", interfaceName: "QueueMessageReader" }),
  ).rejects.toMatchObject({ code: "ARTIFACT_INVALID", message: expect.stringContaining("no QueueMessageReader") });
  await opened?.handler.close();
  rmSync(artifactDir, { recursive: true });
});
