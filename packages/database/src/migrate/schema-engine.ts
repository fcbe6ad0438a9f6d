import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import * as bindings from "@prisma/schema-engine-wasm/schema_engine_bg";
import { engineAdapter } from "./engine-adapter.ts";
import { type PrismaFolders, readSchema } from "./migration-files.ts";

/** The part of the WebAssembly interface used here; the compiler knows it only with the browser's library. */
interface WebAssemblyLoader {
  instantiate(
    bytes: Uint8Array,
    imports: Record<string, unknown>,
  ): Promise<{ readonly instance: { readonly exports: Record<string, unknown> } }>;
}

let panicMessage = "";
let loaded: Promise<void> | undefined;

/** Runs `work` with Prisma's schema engine on the database of `url`. Errors carry the engine's own words. */
export async function withSchemaEngine<T>(
  url: string,
  folders: PrismaFolders,
  work: (engine: bindings.SchemaEngine) => Promise<T>,
): Promise<T> {
  loaded ??= load();
  await loaded;
  const schema = await readSchema(folders);
  const datamodels = schema.files.map(({ path, content }): [string, string] => [path, content]);
  const adapter = engineAdapter(url);
  try {
    const engine = await bindings.SchemaEngine.new({ datamodels }, () => undefined, adapter.factory);
    try {
      return await work(engine);
    } finally {
      engine.free();
    }
  } catch (thrown) {
    throw new Error(messageOf(thrown), { cause: thrown });
  } finally {
    await adapter.close();
  }
}

async function load(): Promise<void> {
  // The engine reports a panic here and dies of a missing function otherwise.
  Object.assign(globalThis, {
    PRISMA_WASM_PANIC_REGISTRY: {
      set_message(message: string) {
        panicMessage = message;
      },
    },
  });
  const script = import.meta.resolve("@prisma/schema-engine-wasm/schema_engine_bg");
  const bytes = await readFile(fileURLToPath(script.replace(/\.js$/, ".wasm")));
  const loader = (globalThis as unknown as { WebAssembly: WebAssemblyLoader }).WebAssembly;
  const { instance } = await loader.instantiate(bytes, { "./schema_engine_bg.js": bindings });
  const setWasm = (bindings as unknown as { __wbg_set_wasm(exports: unknown): void }).__wbg_set_wasm;
  setWasm(instance.exports);
  (instance.exports["__wbindgen_start"] as () => void)();
}

function messageOf(thrown: unknown): string {
  if (panicMessage) return `Prisma's schema engine panicked: ${panicMessage}`;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  try {
    const known = JSON.parse(message) as { message?: string };
    return known.message ?? message;
  } catch {
    return message;
  }
}
