import type { HandlerResult } from "@letsdata/plugin-kit/handler";
import { Problem } from "@letsdata/plugin-kit/problems";
import type { StateMachineSource } from "../language-host.ts";
import type {
  Combined,
  FileReaderState,
  HandlerDocument,
  ParsedRecord,
  StateMachineObjects,
  SystemFile,
  TextMap,
} from "../state-machine/state-machine-objects.ts";
import { type HandlerDocument as DocumentFields, read } from "./document-body.ts";
import { loadDocumentClasses } from "./document-classes.ts";
import { handlerException } from "./handler-exception.ts";
import { type HandlerObject, loadHandlerObject } from "./load-handler-class.ts";
import { normaliseResult } from "./normalise-result.ts";
import { documentOfResult, isResult, noResult } from "./support-tree/letsdata_handler/plain-documents.js";
import { systemFileReader } from "./system-file-reader.ts";

/** The customer's reader and parsers, running in this process (product.md §4.1, §4.3). */
export async function openJavaScriptStateMachine(
  source: Omit<StateMachineSource, "names">,
): Promise<StateMachineObjects> {
  const { artifactDir, implementation, interfaceName, taskId } = source;
  const { handler: reader } = await loadHandlerObject(artifactDir, interfaceName, implementation);
  const classes = await loadDocumentClasses(artifactDir);
  const isSingle = interfaceName === "SingleFileStateMachineReader";
  const parsers = new Map<string, HandlerObject>();
  const parserOf = (fileType: string): HandlerObject => {
    const parser = parsers.get(fileType);
    if (parser) return parser;
    throw new Problem("INTERNAL", `No parser was loaded for the file type ${fileType}.`);
  };

  async function ownParser(fileType: string): Promise<HandlerObject> {
    const stated = source.parserImplementations?.[fileType] ?? source.parserImplementations?.["*"] ?? null;
    return (await loadHandlerObject(artifactDir, "SingleFileStateMachineParser", stated)).handler;
  }

  async function loadParsers(fileTypes: readonly string[]): Promise<void> {
    const [only] = fileTypes;
    const given: unknown = isSingle
      ? { [only ?? ""]: await call(reader, "getReaderParserInterfacesForS3FileType", "", only) }
      : await call(reader, "getParserInterfacesForS3FileTypes", "", new Set(fileTypes));
    const byType = plainMap(given);
    for (const fileType of fileTypes) {
      const parser = byType[fileType];
      parsers.set(fileType, isParser(parser) ? parser : await ownParser(fileType));
    }
  }

  return {
    async fileTypes() {
      const answer = isSingle
        ? [await call(reader, "getS3FileType", "")]
        : [...((await call(reader, "getS3FileTypes", "")) as Iterable<unknown>)];
      const fileTypes = answer.filter((type): type is string => typeof type === "string" && type !== "");
      if (fileTypes.length === 0 || fileTypes.length !== answer.length) {
        const method = isSingle ? "getS3FileType" : "getS3FileTypes";
        throw new Problem("HANDLER_EXCEPTION", `${method} must name the handler's file types.`);
      }
      await loadParsers(fileTypes);
      return fileTypes;
    },

    async resolveNames(names) {
      if (!isSingle) return plainMap(await call(reader, "getResolvedS3FileNames", "", { ...names })) as TextMap;
      const [[fileType, name] = ["", ""]] = Object.entries(names);
      return { [fileType]: (await call(reader, "getResolvedS3FileName", "", fileType, name)) as string };
    },

    async expect({ fileType, announced, lastRecordType, lastDocument }) {
      const parser = parserOf(fileType);
      const where = `for the file type ${fileType}`;
      const asked = announced ?? (await call(parser, "getNextExpectedRecordType", where, fileType, lastRecordType));
      const recordType = typeof asked === "string" ? asked : null;
      const ask = (method: string) => call(parser, method, where, fileType, recordType, lastDocument);
      const start = await ask("getNextRecordStartPattern");
      return { recordType, start, end: await ask("getNextRecordEndPattern") };
    },

    async parse({ fileType, fileName, offset, end, lastRecordType, lastDocument, bytes }): Promise<ParsedRecord> {
      const args = [fileType, fileName, offset, lastRecordType, lastDocument, bytes, 0, bytes.length];
      const where = `at byte ${offset} of ${fileName}`;
      const result = resultObject(
        await call(parserOf(fileType), "parseDocument", where, ...args),
        "ParseDocumentResult",
      );
      const next = read(result, "nextRecordType", "getNextRecordType");
      return {
        document: documentOfResult(result, classes, { fileType, start: offset, end }),
        nextRecordType: typeof next === "string" ? next : null,
      };
    },

    async combine({ lastDocument, files }) {
      const where = `at ${files.map((file) => `byte ${file.offset} of ${file.fileName}`).join(", ")}`;
      const views = files.map(systemFileReader);
      try {
        const args = isSingle
          ? [files[0]?.fileType, files[0]?.lastRecordType, lastDocument, views[0]?.reader]
          : [
              lastTypes(files),
              lastDocument,
              Object.fromEntries(views.map(({ reader: view }, i) => [files[i]?.fileType, view])),
            ];
        return combinedOf(await call(reader, "parseDocument", where, ...args), taskId);
      } finally {
        for (const view of views) view.end();
      }
    },

    close: async () => {},
  };
}

async function call(
  object: HandlerObject,
  method: string,
  where: string,
  ...args: readonly unknown[]
): Promise<unknown> {
  try {
    return await object[method]?.(...args);
  } catch (thrown) {
    if (thrown instanceof Problem) throw thrown;
    throw handlerException(method, where, thrown);
  }
}

function isParser(value: unknown): value is HandlerObject {
  return typeof value === "object" && value !== null && typeof (value as HandlerObject).parseDocument === "function";
}

function lastTypes(files: readonly SystemFile[]): Readonly<Record<string, string | null>> {
  return Object.fromEntries(files.map(({ fileType, lastRecordType }) => [fileType, lastRecordType]));
}

function plainMap(value: unknown): Readonly<Record<string, unknown>> {
  if (value instanceof Map) return Object.fromEntries(value) as Record<string, unknown>;
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function resultObject(returned: unknown, expected: string, ...more: string[]): DocumentFields {
  if (isResult(returned, ...more)) return returned;
  throw new Problem("HANDLER_EXCEPTION", `parseDocument ${noResult(returned, expected)}.`);
}

function combinedOf(returned: unknown, taskId: string): Combined {
  const result = resultObject(returned, "ParseCompositeDocumentResult", "fileReaderState", "getFileReaderState");
  const document = read(result, "document", "getDocument") as HandlerDocument | null | undefined;
  const status = read(result, "status", "getParseDocumentResultStatus") ?? result.parseDocumentResultStatus;
  const state = read(result, "fileReaderState", "getFileReaderState");
  const nextTypes = read(result, "s3FileTypeNextRecordTypeMap", "getS3FileTypeNextRecordTypeMap");
  return {
    document: document ?? null,
    status: status === "ERROR" || status === "SKIP" ? status : "SUCCESS",
    state: typeof state === "string" ? (state as FileReaderState) : null,
    nextRecordTypes: nextTypes ? (plainMap(nextTypes) as Record<string, string | null>) : null,
    resultAt: (position): HandlerResult => normaliseResult({ status, document: document ?? null }, taskId, position),
  };
}
