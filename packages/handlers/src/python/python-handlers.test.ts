import { afterAll, expect, test } from "vitest";
import { hostHelpers } from "../host-process/testing/host-suite.ts";
import { pythonHost } from "./open-handler.ts";
import { parserArtifact } from "./testing/artifact-of.ts";

afterAll(() => pythonHost.close?.());

const helpersOf = (parser: Parameters<typeof parserArtifact>[0]) => {
  const artifactDir = parserArtifact(parser);
  return hostHelpers({ host: pythonHost, source: () => ({ artifactDir }), sourceFile: "SingleFileParser.py" });
};

test("an artifact's own modules are loaded, also those with the name of a module of the host", async () => {
  const names = ["state_machine", "frames", "sandbox", "supplied", "customer_code", "spark_place", "stack_report"];
  const own = names.map((name) => [`${name}.py`, `theirs = "${name}"\n`]);
  const { bodyOf } = helpersOf({
    before: `import ${names.join(", ")}`,
    body: `return ParseDocumentResult(None, document(text, names=[${names.map((name) => `${name}.theirs`).join(", ")}]), "SUCCESS")`,
    files: Object.fromEntries(own),
  });
  expect(JSON.parse(await bodyOf("a")).names).toEqual(names);
});
