import { Problem } from "@letsdata/plugin-kit/problems";
import type { HandlerInterface } from "../artifact/locate-handler.ts";
import type { HandlerSource, StateMachineSource } from "../language-host.ts";
import { requiredMethods } from "../required-methods.ts";
import type {
  Combined,
  FileReaderState,
  HandlerDocument,
  ParsedRecord,
  RecordExpectation,
  StateMachineObjects,
  SystemFile,
  TextMap,
} from "../state-machine/state-machine-objects.ts";
import { asHandlerProblem, type HostProcess } from "./host-process.ts";
import type { HostedClass } from "./hosted-language.ts";
import { type ResultRow, resultOfRow } from "./result-rows.ts";

/** A document that stays in its host. */
class DocumentReference {
  readonly id: number;
  constructor(id: number) {
    this.id = id;
  }
}

interface CombinedInHost {
  readonly document: number | null;
  readonly status: Combined["status"];
  readonly state: FileReaderState | null;
  readonly nextRecordTypes: Combined["nextRecordTypes"];
  readonly row: ResultRow;
}

/**
 * The customer's reader and parsers in a language host. Documents stay there and are named by number; those the engine releases are
 * forgotten with the next call.
 */
export async function openHostedStateMachine(input: {
  readonly source: Omit<StateMachineSource, "names">;
  readonly process: HostProcess;
  readonly locate: (source: HandlerSource, interfaceName: HandlerInterface) => HostedClass;
}): Promise<StateMachineObjects> {
  const { source, process, locate } = input;
  const { artifactDir, implementation, interfaceName, parserImplementations, taskId, keepDocumentsFor } = source;
  const released: number[] = [];
  const idOf = (document: HandlerDocument | null): number | null =>
    document instanceof DocumentReference ? document.id : null;
  const classOf = (stated: string | null | undefined, name: HandlerInterface) => ({
    ...locate({ artifactDir, implementation: stated ?? null }, name),
    methods: requiredMethods[name] ?? [],
  });

  async function attempt<T>(method: string, where: string, work: () => Promise<unknown>): Promise<T> {
    try {
      return (await work()) as T;
    } catch (thrown) {
      throw asHandlerProblem(thrown, method, where);
    }
  }
  let isCalling = false;

  const object = await attempt<number>("the constructor", "", () =>
    process.call({
      op: "openMachine",
      isSingle: interfaceName === "SingleFileStateMachineReader",
      reader: classOf(implementation, interfaceName),
    }),
  );
  const ask = (message: Readonly<Record<string, unknown>>): Promise<unknown> => process.call({ object, ...message });
  const askInside = (message: Readonly<Record<string, unknown>>, blob: readonly Uint8Array[] = []) =>
    process.callInside({ object, forget: released.splice(0), ...message }, blob);

  return {
    async fileTypes() {
      const { types, missing } = await attempt<{ types: readonly unknown[]; missing: readonly string[] }>(
        "getS3FileTypes",
        "of the reader",
        () => ask({ op: "fileTypes" }),
      );
      const known = types.filter((type): type is string => typeof type === "string" && type !== "");
      if (known.length === 0 || known.length !== types.length) {
        throw new Problem("HANDLER_EXCEPTION", "The reader must name its file types.");
      }
      for (const fileType of missing) {
        const stated = parserImplementations?.[fileType] ?? parserImplementations?.["*"];
        const parser = classOf(stated, "SingleFileStateMachineParser");
        await attempt("the constructor", `of ${parser.class}`, () => ask({ op: "addParser", fileType, parser }));
      }
      return known;
    },

    resolveNames: (names) =>
      attempt<TextMap>("getResolvedS3FileNames", `for ${Object.values(names).join(", ")}`, () =>
        ask({ op: "resolveNames", names }),
      ),

    expect: ({ fileType, announced, lastRecordType, lastDocument }) =>
      attempt<RecordExpectation>("getNextRecordStartPattern", `for the file type ${fileType}`, () =>
        askInside({ op: "expect", fileType, announced, lastRecordType, lastDocument: idOf(lastDocument) }),
      ),

    async parse({ bytes, lastRecordType, lastDocument, ...place }): Promise<ParsedRecord> {
      const parsed = await attempt<{ document: number; nextRecordType: string | null }>(
        "parseDocument",
        `at byte ${place.offset} of ${place.fileName}`,
        () => askInside({ op: "parse", place, lastRecordType, lastDocument: idOf(lastDocument) }, [bytes]),
      );
      return { document: new DocumentReference(parsed.document), nextRecordType: parsed.nextRecordType };
    },

    async combine({ lastDocument, files }) {
      const byType = new Map(files.map((file) => [file.fileType, file]));
      const where = `at ${files.map((file) => `byte ${file.offset} of ${file.fileName}`).join(", ")}`;
      isCalling = true;
      try {
        const { document, row, ...combined } = await attempt<CombinedInHost>("parseDocument", where, () =>
          process.call(
            {
              op: "combine",
              object,
              forget: released.splice(0),
              ...(keepDocumentsFor === undefined ? {} : { keepFor: keepDocumentsFor }),
              lastDocument: idOf(lastDocument),
              files: files.map(stateOf),
            },
            [],
            async ({ fileType, peek }) => {
              const file = byType.get(fileType as string);
              if (!file) throw new Problem("INTERNAL", `The host asked for the file type ${String(fileType)}.`);
              const next = await file.nextRecord(peek as boolean);
              return { ...stateOf(file), document: idOf(next) };
            },
          ),
        );
        return {
          ...combined,
          document: document === null ? null : new DocumentReference(document),
          resultAt: (position) => resultOfRow(row, taskId, position),
        };
      } finally {
        isCalling = false;
      }
    },

    release(document) {
      const id = idOf(document);
      if (id !== null) released.push(id);
    },

    async close() {
      if (isCalling) process.close();
      else process.call({ op: "forget", object }).catch(() => {});
    },
  };
}

function stateOf({ fileType, fileName, state, offset, lastRecordType }: SystemFile) {
  return { fileType, fileName, state, offset, lastRecordType };
}
