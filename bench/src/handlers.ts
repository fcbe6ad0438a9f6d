import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { supplySupportModules } from "@letsdata/handlers/javascript/supply-support";

/** What a parser's `parseDocument` answers. */
export interface ParsedRecord {
  readonly status: string;
  readonly document: Readonly<Record<string, unknown>> | null;
}

/** A handler as a customer would write it; product and bare loop run the same file. */
export interface BenchHandler {
  readonly recordStart: string;
  readonly recordEnd: string;
  readonly artifactDir: string;
  parseDocument(
    type: string,
    name: string,
    offset: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): ParsedRecord;
}

export interface BenchHandlers {
  readonly flights: BenchHandler;
  readonly webPages: BenchHandler;
  remove(): Promise<void>;
}

interface Parser extends Pick<BenchHandler, "parseDocument"> {
  getRecordStartPattern(type: string): { readonly pattern: string };
  getRecordEndPattern(type: string): { readonly pattern: string };
}

const sources = join(import.meta.dirname, "../handlers");
const modulePath = "letsdata_interfaces/readers/parsers/SingleFileParser.js";

/** Unpacks both handlers as the worker unpacks artifacts. */
export async function unpackHandlers(): Promise<BenchHandlers> {
  const root = await mkdtemp(join(tmpdir(), "letsdata-bench-handlers-"));
  const unpack = async (name: string): Promise<BenchHandler> => {
    const artifactDir = join(root, name);
    await cp(join(sources, name), artifactDir, { recursive: true });
    await supplySupportModules(artifactDir);
    const loaded = (await import(pathToFileURL(join(sources, name, modulePath)).href)) as {
      readonly SingleFileParser: new () => Parser;
    };
    const parser = new loaded.SingleFileParser();
    return {
      recordStart: parser.getRecordStartPattern("LOG").pattern,
      recordEnd: parser.getRecordEndPattern("LOG").pattern,
      artifactDir,
      parseDocument: parser.parseDocument.bind(parser),
    };
  };
  return {
    flights: await unpack("flights"),
    webPages: await unpack("web-pages"),
    remove: () => rm(root, { recursive: true, force: true }),
  };
}
