import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { referencePages } from "./reference-pages.ts";
import { verifiedByPage } from "./verified-by-page.ts";

/** Writes docs/reference and docs/verified-by.md from the catalogues; with --check only says which pages are stale. */
const directory = join(import.meta.dirname, "../../docs/reference");
const check = process.argv.includes("--check");
const pages = { ...(await referencePages()), "../verified-by.md": verifiedByPage() };
mkdirSync(directory, { recursive: true });

const stale = Object.entries(pages).filter(([name, text]) => {
  const file = join(directory, name);
  return !existsSync(file) || readFileSync(file, "utf8") !== text;
});
const orphans = readdirSync(directory).filter((name) => !Object.hasOwn(pages, name));

if (check) {
  for (const name of [...stale.map(([name]) => name), ...orphans]) console.log(`stale: docs/reference/${name}`);
  if (stale.length + orphans.length > 0) console.log("Run pnpm docs:generate and commit what changed.");
  process.exit(stale.length + orphans.length > 0 ? 1 : 0);
}
for (const [name, text] of stale) writeFileSync(join(directory, name), text);
for (const name of orphans) rmSync(join(directory, name));
console.log(`${Object.keys(pages).length} pages, ${stale.length} written, ${orphans.length} removed`);
