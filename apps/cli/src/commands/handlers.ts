import { cp, mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { vectorisingHandler } from "@letsdata/compute/lambda-and-sagemaker/vectorising-handler";
import { keepJar } from "@letsdata/handlers/artifact/keep-jar";
import { languageOfArtifact } from "@letsdata/handlers/artifact/language-of-artifact";
import { unpackArtifact } from "@letsdata/handlers/artifact/unpack-artifact";
import { type TestedRecord, testHandler, type VectorsOnTrial } from "@letsdata/handlers/interfaces/test-handler";
import { javaHost } from "@letsdata/handlers/java/open-handler";
import { javaScriptHost } from "@letsdata/handlers/javascript/open-handler";
import { supplySupportModules } from "@letsdata/handlers/javascript/supply-support";
import type { LanguageHost } from "@letsdata/handlers/language-host";
import { pythonHost } from "@letsdata/handlers/python/open-handler";
import type { HandlerDescription } from "@letsdata/plugin-kit/compute-engine";
import type { Command } from "commander";
import { wholeNumber } from "../options.ts";
import { type CliSession, leaf, type Surroundings } from "../session.ts";

interface TestOptions {
  readonly artifact: string;
  readonly file: string;
  readonly interface?: string;
  readonly implementation?: string;
  readonly vectors?: string | true;
  readonly limit?: number;
}

export function addHandlerCommands(program: Command, surroundings: Surroundings): void {
  const handlers = program.command("handlers").description("handlers under development");
  leaf<TestOptions>(
    handlers,
    surroundings,
    "test",
    "run a handler over local files and print what becomes of each record",
    (command) =>
      command
        .requiredOption("--artifact <path>", "zip, tgz, jar or folder of the handler; its files tell the language")
        .requiredOption(
          "--file <path>",
          "a plain, gzip or zstd file as the handler would get it; TYPE:path|TYPE:path for several files; JSON lines for messages, stream records and items",
        )
        .option("--interface <name>", "such as QueueMessageReader, where the handler has several")
        .option(
          "--implementation <place>",
          "path/module#Class, where it is not the usual place; the class's full name in Java",
        )
        .option(
          "--vectors [place]",
          "give the documents to the artifact's SagemakerVectorsInterface, too; every text gets the vector [1, 0, 0] without a model; the place is stated as with --implementation",
        )
        .option("--limit <count>", "stop after so many records", wholeNumber),
    testOverFile,
  );
}

/** The handler runs in this process, with all rights of the person who tries it: it is their own code. */
async function testOverFile(session: CliSession, options: TestOptions): Promise<void> {
  const { artifact, file, implementation, vectors, limit = Number.POSITIVE_INFINITY } = options;
  const folder = await mkdtemp(join(tmpdir(), "letsdata-handler-"));
  const counts = { records: 0, documents: 0, skipped: 0, errored: 0 };
  let host: LanguageHost | null = null;
  try {
    const { artifactDir, language } = await unpacked(artifact, folder);
    host = hosts[language];
    const interfaceName = options.interface;
    const test = {
      artifactDir,
      file,
      ...(language === "JAVA" ? {} : { language }),
      host,
      ...(interfaceName ? { interfaceName } : {}),
      ...(implementation ? { implementation } : {}),
      ...(vectors ? { vectors: withStandIns(vectors === true ? null : vectors) } : {}),
    };
    for await (const tested of testHandler(test)) {
      if (counts.records >= limit) break;
      counts.records++;
      counts[countedAs[tested.result.kind]]++;
      session.printer.value(shown(tested));
    }
  } finally {
    host?.close?.();
    await rm(folder, { recursive: true, force: true });
  }
  const { records, documents, skipped, errored } = counts;
  session.printer.note(`${records} records: ${documents} documents, ${skipped} skipped, ${errored} errored`);
}

/** As a task of a dataset with a model, but for the model. */
function withStandIns(implementation: string | null): VectorsOnTrial {
  const embed = async (texts: readonly string[]) => ({ vectors: texts.map(() => [1, 0, 0]), isStandIn: true });
  return {
    implementation,
    vectorise: (handler, vectors) => vectorisingHandler({ handler, vectors, embed, endpoint: "none" }),
  };
}

type Language = HandlerDescription["language"];

const hosts: Readonly<Record<Language, LanguageHost>> = {
  JAVASCRIPT: javaScriptHost,
  PYTHON: pythonHost,
  JAVA: javaHost,
};

const countedAs = { document: "documents", skip: "skipped", error: "errored", invalid: "errored" } as const;

async function unpacked(artifact: string, folder: string): Promise<{ artifactDir: string; language: Language }> {
  const target = join(folder, "artifact");
  if (artifact.endsWith(".jar")) {
    const copy = join(folder, "copy.jar");
    await cp(artifact, copy);
    await keepJar(copy, target);
    return { artifactDir: target, language: "JAVA" };
  }
  const isFolder = (await stat(artifact)).isDirectory();
  if (isFolder) await cp(artifact, target, { recursive: true });
  const artifactDir = isFolder ? target : await unpackArtifact(artifact, target);
  const language = languageOfArtifact(artifactDir);
  if (language === "JAVASCRIPT") await supplySupportModules(artifactDir);
  return { artifactDir, language };
}

/** Errors have the origin and code of the error record that a task would archive. */
function shown({ record, result }: TestedRecord) {
  const place = { start: record.start, end: record.end };
  if (result.kind === "skip") return { ...place, ...result };
  if (result.kind === "document") {
    const { documentId, partitionKey, recordType, body } = result.document;
    const parts = result.partErrors ? { partErrors: result.partErrors } : {};
    return { ...place, kind: result.kind, documentId, partitionKey, recordType, body, ...parts };
  }
  const error =
    result.kind === "error"
      ? { origin: "HANDLER", code: "HANDLER_ERROR_DOC", ...result.error }
      : { origin: "SYSTEM", code: result.code, message: result.message };
  return { ...place, kind: "error", error };
}
