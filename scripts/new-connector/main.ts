import { join, relative } from "node:path";
import { runCommand } from "../run-command.ts";
import { makeConnector } from "./make-connector.ts";

const repositoryDir = join(import.meta.dirname, "../..");
const [name] = process.argv.slice(2);
if (!name) {
  console.error("usage: pnpm new:connector NAME   (lower-case words joined by hyphens)");
  process.exit(2);
}
try {
  const files = makeConnector(name, join(repositoryDir, "packages/connectors/src"));
  const biome = join(repositoryDir, "node_modules/.bin/biome");
  await runCommand(biome, ["check", "--write", ...files], { cwd: repositoryDir });
  for (const file of files) console.log(relative(repositoryDir, file));
  console.log("Next: docs/add-a-connector.md, from step 2.");
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
