import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { orderFiles } from "@letsdata/samples/order-files";
import { afterAll, beforeAll, expect, test } from "vitest";
import { datasetJson, readOutputLines, waitUntilSettled } from "../installation/dataset-run.ts";
import { startTestInstallation, type TestInstallation, testBuckets } from "../installation/start-installation.ts";

const root = join(import.meta.dirname, "../../..");
/** One captured page as Common Crawl publishes it; the test runs where it is at hand. */
const crawl = process.env.LETSDATA_CRAWL_SAMPLE ?? "";
const read = { readerType: "MULTIPLEFILESTATEMACHINEREADER" };

let installation: TestInstallation;
beforeAll(async () => {
  installation = await startTestInstallation();
  await installation.putHandler("orders", join(root, "samples/handlers/orders"));
  await installation.putHandler("orders-image", imageOf(join(root, "samples/handlers/orders")));
  await installation.putHandler("web-archive", join(root, "e2e/fixtures/handlers/web-archive"));
  installation.startWorker();
});
afterAll(async () => {
  rmSync(imageFolder, { recursive: true, force: true });
  await installation?.stop();
});

const imageFolder = mkdtempSync(join(tmpdir(), "letsdata-orders-image-"));
/** The handler's classes as the files of a Lambda image: nothing but its entry answers. */
function imageOf(handler: string): string {
  const copy = (from: string, to: string): void => {
    const code = readFileSync(join(handler, "letsdata_interfaces/readers", from), "utf8");
    const fromPackage = code.replaceAll(/from "[./]+(documents|model)\/\w+\.js"/g, 'from "@letsdata/handler"');
    writeFileSync(
      join(imageFolder, to),
      fromPackage.replaceAll('"./parsers/SingleFileStateMachineParser.js"', '"./parser.js"'),
    );
  };
  copy("MultipleFileStateMachineReader.js", "reader.js");
  copy("parsers/SingleFileStateMachineParser.js", "parser.js");
  writeFileSync(
    join(imageFolder, "index.js"),
    `import { lambdaHandler } from "@letsdata/handler";
     import { MultipleFileStateMachineReader } from "./reader.js";
     export const handler = lambdaHandler({ MultipleFileStateMachineReader });`,
  );
  writeFileSync(join(imageFolder, "package.json"), '{ "type": "module" }');
  return imageFolder;
}

async function run(name: string, handler: string, lines: readonly string[]) {
  const dataset = datasetJson(installation, { name, handler: `${handler}.zip`, keys: lines, read });
  const { datasetId } = await installation.client.datasets.create(dataset);
  const view = await waitUntilSettled(installation, datasetId, 180);
  expect(view.datasetStatus, JSON.stringify(view.statusReason)).toBe("COMPLETED");
  return view;
}

async function archivedParts(dataset: string): Promise<number> {
  let parts = 0;
  const { items } = await installation.client.errors.list({ dataset, limit: 500 });
  for (const { file } of items.flatMap(({ files }) => files)) {
    const page = await installation.client.errors.listRecords({ dataset, file });
    for (const record of page.items) parts += record.parts.length;
  }
  return parts;
}

test("orders of two files each reach S3 once, through cut connections; failed lines are archived beside them, not counted", async () => {
  const files = orderFiles(3, 1_000);
  for (const { head, line } of files) {
    await installation.putObject(testBuckets.data, head.key, head.body);
    await installation.putObject(testBuckets.data, line.key, line.body);
  }
  installation.cloud.faults.add({
    kind: "cut",
    service: "s3",
    action: "GetObject",
    when: "after",
    probability: 0.2,
    times: 4,
    seed: 7,
  });
  const view = await run(
    "OrdersOfTwoFiles",
    "orders",
    files.map(({ manifestLine }) => manifestLine),
  );
  expect(view.counts).toMatchObject({
    recordsRead: 3_000,
    documentsWritten: 3_000,
    recordsSkipped: 0,
    recordsErrored: 0,
  });
  installation.cloud.faults.clear();
  const orders = await readOutputLines(installation, "OrdersOfTwoFiles");
  expect(new Set(orders.map(({ documentId }) => documentId)).size).toBe(3_000);
  expect(orders).toHaveLength(3_000);
  const written = orders.reduce((sum, { lines }) => sum + (lines as unknown[]).length, 0);
  expect(written).toBe(4_500 - 90);
  expect(await archivedParts("OrdersOfTwoFiles")).toBe(90);
});

test("the function of an image, which gets windows of the files, makes the same orders", async () => {
  const { manifestLine } = orderFiles(1, 1_000)[0] ?? {};
  const view = await run("OrdersOfAnImage", "orders-image", [manifestLine ?? ""]);
  expect(view.counts).toMatchObject({ recordsRead: 1_000, documentsWritten: 1_000, recordsErrored: 0 });
  const orders = await readOutputLines(installation, "OrdersOfAnImage");
  const byId = new Map(
    (await readOutputLines(installation, "OrdersOfTwoFiles")).map((order) => [order.documentId, order]),
  );
  expect(orders).toHaveLength(1_000);
  expect(orders).toEqual(orders.map(({ documentId }) => byId.get(documentId)));
  expect(await archivedParts("OrdersOfAnImage")).toBe(30);
});

// A page of somebody else is not ours to keep here: where it is not at hand there is no such test, rather than one that is skipped.
if (existsSync(crawl))
  test("the response, metadata and text of a crawled page become one document", async () => {
    for (const suffix of ["warc", "warc.wat", "warc.wet"]) {
      const body = readFileSync(join(crawl, `whirlwind.${suffix}.gz`));
      await installation.putObject(testBuckets.data, `crawl/whirlwind.${suffix}.gz`, body);
    }
    const line = "WARC:crawl/whirlwind.warc.gz|wat:crawl/whirlwind.warc.wat.gz|WET:crawl/whirlwind.warc.wet.gz";
    const view = await run("CrawledPage", "web-archive", [line]);
    expect(view.counts).toMatchObject({ recordsRead: 1, documentsWritten: 1 });
    const [page] = await readOutputLines(installation, "CrawledPage");
    expect(page).toMatchObject({ documentId: "https://an.wikipedia.org/wiki/Escopete", responseBytes: 74_581 });
    expect(Buffer.byteLength(page?.text as string)).toBe(4_456);
  });
