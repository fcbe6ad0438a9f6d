import { spawnSync } from "node:child_process";
import { globSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

const root = join(import.meta.dirname, "..");
const places = { handlers: "handlers/src", "plugin-kit": "plugin-kit/src" } as const;

/** Compiles the package into `dist`: what it is made of lies in packages that are not published, so it is taken in whole. */
export function build(): void {
  const dist = join(root, "dist");
  rmSync(dist, { recursive: true, force: true });
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  const compiled = spawnSync(process.execPath, [compiler, "-p", join(root, "tsconfig.build.json")], {
    stdio: "inherit",
  });
  if (compiled.status !== 0) throw new Error("the package @letsdata/handler does not compile");
  for (const file of globSync("**/*.{js,d.ts}", { cwd: dist })) {
    const path = join(dist, file);
    writeFileSync(path, withRelativeImports(readFileSync(path, "utf8"), dirname(path), dist));
  }
}

function withRelativeImports(code: string, folder: string, dist: string): string {
  return code
    .replaceAll(
      /(from|import)(\s*\(?\s*)"@letsdata\/(handlers|plugin-kit)\/([^"]+)"/g,
      (_all, word, space, name, path) => {
        const inside = path.replace(/^support-tree\//, "javascript/support-tree/");
        const target = relative(folder, join(dist, places[name as keyof typeof places], `${inside}.js`));
        return `${word}${space}"${target.startsWith(".") ? target : `./${target}`}"`;
      },
    )
    .replaceAll(/(from |import\()"(\.[^"]+)\.ts"/g, '$1"$2.js"');
}

if (process.argv[1] === import.meta.filename) build();
