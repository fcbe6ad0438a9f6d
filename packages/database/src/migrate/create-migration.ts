import { applyMigrations } from "./apply-migrations.ts";
import { migrationList, ownFolders, type PrismaFolders, readSchema, writeMigration } from "./migration-files.ts";
import { withSchemaEngine } from "./schema-engine.ts";

export type CreatedMigration =
  | { readonly kind: "created"; readonly name: string; readonly file: string }
  | { readonly kind: "nothing-to-do" }
  /** The database is not what its migrations make of it: somebody changed it by hand. */
  | { readonly kind: "drift"; readonly reason: string }
  /** The change would lose data here or elsewhere, or cannot be done with the data that is there. */
  | { readonly kind: "data-loss"; readonly warnings: readonly string[]; readonly unexecutable: readonly string[] };

const filters = { externalTables: [], externalEnums: [] };

/**
 * Writes the migration from the migrations so far to the schema, and applies it to the development database of `url`.
 * Nothing is written on drift, nor on data loss unless that is accepted.
 */
export async function createMigration(
  url: string,
  name: string,
  options: { readonly acceptDataLoss?: boolean; readonly folders?: PrismaFolders } = {},
): Promise<CreatedMigration> {
  const folders = options.folders ?? ownFolders;
  await applyMigrations(url, folders);
  const created = await withSchemaEngine(url, folders, async (engine): Promise<CreatedMigration> => {
    const migrationsList = await migrationList(folders);
    const schema = await readSchema(folders);
    const { action } = await engine.devDiagnostic({ migrationsList, filters });
    if (action.tag === "reset") return { kind: "drift", reason: action.reason };
    const loss = await engine.evaluateDataLoss({ migrationsList, schema, filters });
    const unexecutable = loss.unexecutableSteps.map((step) => step.message);
    if (unexecutable.length > 0) return { kind: "data-loss", warnings: [], unexecutable };
    if (loss.migrationSteps === 0) return { kind: "nothing-to-do" };
    const migration = await engine.createMigration({
      migrationName: name,
      migrationsList,
      schema,
      draft: false,
      filters,
    });
    if (migration.migrationScript === null) return { kind: "nothing-to-do" };
    // What the engine sees in this database depends on its rows; what it writes into the script holds for every one.
    const warnings = [
      ...new Set([...loss.warnings.map((warning) => warning.message), ...warningsOf(migration.migrationScript)]),
    ];
    if (warnings.length > 0 && !options.acceptDataLoss) return { kind: "data-loss", warnings, unexecutable };
    const file = await writeMigration(folders, migration.generatedMigrationName, migration.migrationScript);
    return { kind: "created", name: migration.generatedMigrationName, file };
  });
  if (created.kind === "created") await applyMigrations(url, folders);
  return created;
}

/** The list in the comment that the engine puts before a script which may lose data. */
function warningsOf(script: string): string[] {
  const comment = /^\s*\/\*\s*Warnings:([\s\S]*?)\*\//.exec(script)?.[1] ?? "";
  return [...comment.matchAll(/^\s*- (.+)$/gm)].map((match) => match[1]!.trim());
}
