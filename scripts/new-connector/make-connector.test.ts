import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { makeConnector } from "./make-connector.ts";

const folder = mkdtempSync(join(tmpdir(), "letsdata-new-connector-"));
const connectors = join(import.meta.dirname, "../../packages/connectors/src");
for (const file of ["config-catalogue.ts", "catalogue.ts"]) cpSync(join(connectors, file), join(folder, file));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const read = (file: string): string => readFileSync(join(folder, file), "utf8");

test("a new connector is a folder named throughout, and a line in each catalogue", () => {
  makeConnector("line-collector", folder);
  expect(read("line-collector/config.ts")).toContain('z.literal("LINE_COLLECTOR")');
  expect(read("line-collector/connectors.ts")).toContain("export const lineCollectorWriteConnector");
  expect(read("line-collector/check-access.ts")).toContain('from "../access-finding.ts"');
  for (const file of ["config", "permissions", "check-access", "provision", "writer", "connectors"]) {
    expect(read(`line-collector/${file}.ts`)).not.toMatch(/example[-_ ]?target/i);
  }
  expect(read("config-catalogue.ts")).toMatch(
    /\n {2}LINE_COLLECTOR: \{ schema: lineCollectorWriteConfig,.*\n\} as const/,
  );
  expect(read("catalogue.ts")).toMatch(/\n {2}LINE_COLLECTOR: lineCollectorWriteConnector,\n\} as const/);
});

test("a name that cannot be one, or is taken, is refused and nothing is made", () => {
  expect(() => makeConnector("Line Collector", folder)).toThrow("lower-case words");
  expect(() => makeConnector("line-collector", folder)).toThrow("there already");
});
