import { cp, mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unpackArtifact } from "@letsdata/handlers/artifact/unpack-artifact";
import { type TestedRecord, testHandler } from "@letsdata/handlers/interfaces/test-handler";
import { supplySupportModules } from "@letsdata/handlers/javascript/supply-support";
import type { Command } from "commander";
import { wholeNumber } from "../options.ts";
import { type CliSession, leaf, type Surroundings } from "../session.ts";

interface TestOptions {
  readonly artifact: string;
  readonly file: string;
  readonly interface?: string;
  readonly implementation?: string;
  readonly limit?: number;
}

export function addHandlerCommands(program: Command, surroundings: Surroundings): void {
  const handlers = program.command("handlers").description("handlers under development");
  leaf<TestOptions>(
    handlers,
    surroundings,
    "test",
    "run a JavaScript handler over local files and print what becomes of each record",
    (command) =>
      command
        .requiredOption("--artifact <path>", "zip, tgz or folder of the handler")
        .requiredOption(
          "--file <path>",
          "a plain, gzip or zstd file as the handler would get it; TYPE:path|TYPE:path for several files; JSON lines for messages, stream records and items",
        )
        .option("--interface <name>", "such as QueueMessageReader, where the handler has several")
        .option("--implementation <place>", "path/module#Class, where it is not the usual place")
        .option("--limit <count>", "stop after so many records", wholeNumber),
    testOverFile,
  );
}

/** The handler runs in this process, with all rights of the person who tries it: it is their own code. */
async function testOverFile(session: CliSession, options: TestOptions): Promise<void> {
  const { artifact, file, implementation, limit = Number.POSITIVE_INFINITY } = options;
  const folder = await mkdtemp(join(tmpdir(), "letsdata-handler-"));
  const counts = { records: 0, documents: 0, skipped: 0, errored: 0 };
  try {
    const artifactDir = await unpacked(artifact, join(folder, "artifact"));
    await supplySupportModules(artifactDir);
    const interfaceName = options.interface;
    const test = {
      artifactDir,
      file,
      ...(interfaceName ? { interfaceName } : {}),
      ...(implementation ? { implementation } : {}),
    };
    for await (const tested of testHandler(test)) {
      if (counts.records >= limit) break;
      counts.records++;
      counts[countedAs[tested.result.kind]]++;
      session.printer.value(shown(tested));
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const { records, documents, skipped, errored } = counts;
  session.printer.note(`${records} records: ${documents} documents, ${skipped} skipped, ${errored} errored`);
}

const countedAs = { document: "documents", skip: "skipped", error: "errored", invalid: "errored" } as const;

async function unpacked(artifact: string, target: string): Promise<string> {
  if (!(await stat(artifact)).isDirectory()) return unpackArtifact(artifact, target);
  await cp(artifact, target, { recursive: true });
  return target;
}

function shown({ record, result }: TestedRecord) {
  const place = { start: record.start, end: record.end };
  if (result.kind !== "document") return { ...place, ...result };
  const { documentId, partitionKey, recordType, body } = result.document;
  return { ...place, kind: result.kind, documentId, partitionKey, recordType, body };
}
