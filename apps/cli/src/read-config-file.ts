import { readFile } from "node:fs/promises";
import { text as readStream } from "node:stream/consumers";
import { Problem } from "@letsdata/plugin-kit/problems";
import { UsageError } from "./exit-codes.ts";
import type { CliSession } from "./session.ts";

/** A dataset JSON from a file, or standard input for `-`; comments and commas are repaired as in the console. */
export async function readConfigFile(session: CliSession, path: string): Promise<unknown> {
  const text = await readText(path);
  try {
    return JSON.parse(text);
  } catch {
    const repaired = await session.client.datasets.repair({ text });
    if (repaired.text === null) {
      throw new Problem("CONFIG_INVALID", `${path} is not JSON.`, {
        errors: repaired.errors.map(({ fix, ...finding }) => (fix === undefined ? finding : { ...finding, fix })),
      });
    }
    for (const notice of repaired.notices) session.printer.note(`note: ${notice.message}`);
    return JSON.parse(repaired.text);
  }
}

async function readText(path: string): Promise<string> {
  if (path === "-") return await readStream(process.stdin);
  try {
    return await readFile(path, "utf8");
  } catch (thrown) {
    throw new UsageError(`${path} cannot be read: ${(thrown as Error).message}`);
  }
}
