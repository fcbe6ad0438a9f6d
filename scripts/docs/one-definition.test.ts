import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const repository = join(import.meta.dirname, "../..");
const packages = ["plugin-kit", "connectors", "compute", "dataset"];
const changedFile = "packages/connectors/src/kinesis/config.ts";
const place = "    kinesisShardCount: shards.default(1),\n";
const attribute = `    kinesisPurpose: field(z.string().max(20), {
      label: "Purpose",
      help: "What the stream is for, in a few words.",
      example: "clicks of today",
    }).optional(),
`;

/** Asks everything that is made from the one definition, in a copy of the repository. */
const questions = `
import { describeDatasetForm } from "@letsdata/dataset/describe-form";
import { describeDatasetSteps } from "@letsdata/dataset/form-steps";
import { datasetJsonSchema } from "@letsdata/dataset/json-schema";
import { parseDatasetConfig } from "@letsdata/dataset/parse-dataset-config";
import { completeBody } from "@letsdata/dataset/testing/example-bodies";
import { configPage } from "./config-page.ts";
const having = (kinesisPurpose) => ({ ...completeBody, writeConnector: { ...completeBody.writeConnector, kinesisPurpose } });
const all = (fields) => fields.flatMap((one) => [one, ...all(one.fields)]);
const named = (fields) => all(fields).find((one) => one.name === "kinesisPurpose");
console.log(JSON.stringify({
  taken: parseDatasetConfig(having("clicks")),
  refused: parseDatasetConfig(having("x".repeat(21))),
  misspelt: parseDatasetConfig({ ...completeBody, writeConnector: { ...completeBody.writeConnector, kinesisPurpos: "a" } }),
  field: named(describeDatasetForm(completeBody)),
  step: describeDatasetSteps(completeBody).find((step) => named(step.fields))?.title,
  schema: JSON.stringify(datasetJsonSchema()),
  page: configPage(),
}));
`;

interface Problem {
  readonly path: string;
  readonly message: string;
  readonly fix?: string;
}
interface Answers {
  readonly taken: { readonly ok: boolean; readonly config: { readonly writeConnector: object } };
  readonly refused: { readonly problems: readonly Problem[] };
  readonly misspelt: { readonly problems: readonly Problem[] };
  readonly field: object;
  readonly step: string;
  readonly schema: string;
  readonly page: string;
}

describe("an attribute is added by changing one file", () => {
  const copy = mkdtempSync(join(tmpdir(), "one-definition-"));
  let answers: Answers;

  beforeAll(() => {
    mkdirSync(join(copy, "node_modules/@letsdata"), { recursive: true });
    symlinkSync(join(repository, "node_modules/.pnpm"), join(copy, "node_modules/.pnpm"));
    writeFileSync(join(copy, "package.json"), '{"type":"module"}');
    for (const name of packages) {
      cpSync(join(repository, "packages", name), join(copy, "packages", name), {
        recursive: true,
        verbatimSymlinks: true,
      });
      symlinkSync(join(copy, "packages", name), join(copy, "node_modules/@letsdata", name));
    }
    cpSync(join(repository, "scripts/docs"), join(copy, "scripts/docs"), { recursive: true });
    const before = readFileSync(join(copy, changedFile), "utf8");
    expect(before.split(place)).toHaveLength(2);
    writeFileSync(join(copy, changedFile), before.replace(place, place + attribute));
    writeFileSync(join(copy, "scripts/docs/questions.ts"), questions);
    const node = join(repository, "node_modules/.bin/node");
    answers = JSON.parse(
      execFileSync(node, [join(copy, "scripts/docs/questions.ts")], { encoding: "utf8", maxBuffer: 32 * 1024 * 1024 }),
    ) as Answers;
  });
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  test("the parser takes it, checks it, and names it to who misspells it", () => {
    expect(answers.taken.ok).toBe(true);
    expect(answers.taken.config.writeConnector).toMatchObject({ kinesisPurpose: "clicks" });
    expect(answers.refused.problems).toMatchObject([{ path: "writeConnector.kinesisPurpose" }]);
    expect(answers.misspelt.problems[0]?.fix).toBe("Did you mean kinesisPurpose?");
  });
  test("the form and the JSON editor ask for it, with its help and example", () => {
    expect(answers.field).toMatchObject({
      path: "writeConnector.kinesisPurpose",
      kind: "text",
      label: "Purpose",
      help: "What the stream is for, in a few words.",
      example: "clicks of today",
      required: false,
    });
    expect(answers.step).toBe("Write");
  });
  test("the published JSON Schema and the reference page describe it", () => {
    expect(answers.schema).toContain('"kinesisPurpose":{');
    expect(answers.page).toMatch(/`kinesisPurpose` \| What the stream is for, in a few words\..*clicks of today/);
  });
});
