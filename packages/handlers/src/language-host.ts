import type { HandlerDescription } from "@letsdata/plugin-kit/compute-engine";
import type { TaskIdentity } from "@letsdata/plugin-kit/connector";
import type { Handler } from "@letsdata/plugin-kit/handler";
import type { FileFraming } from "@letsdata/plugin-kit/reader";
import type { HandlerInterface } from "./artifact/locate-handler.ts";
import type { HandlerStack } from "./host-process/ask-stack.ts";
import type { RecordInterface } from "./record-arguments.ts";
import type { SplitLimits } from "./record-splitter/record-cutter.ts";
import type { SparkSource, SparkStep, SparkSurroundings } from "./spark/spark-step.ts";
import type { StateMachine } from "./state-machine/combine-files.ts";
import type { VectorsHandler } from "./vectors/vectors-handler.ts";

/** Where one attempt finds customer code. */
export interface HandlerSource {
  /** Told to functions behind the bridge. */
  readonly dataset?: Pick<TaskIdentity, "tenantId" | "datasetName" | "datasetId">;
  /** Unpacked artifact with its support modules. */
  readonly artifactDir: string;
  /** `path/module#Class` from the configuration, else the place of product.md §4.6. */
  readonly implementation?: string | null;
  /** For code that may start Spark: it gets a process of its own. */
  readonly surroundings?: SparkSurroundings;
}

export interface TaskHandlerSource extends HandlerSource {
  readonly taskId: string;
  /** Of the vectors handler that gets this read handler's documents; needed where it states one. */
  readonly keepDocumentsFor?: number | undefined;
}

/** A customer's `SingleFileParser`, asked for a file's framing and then for its documents. */
export interface SingleFileHost {
  /** Asks file type, resolved name and patterns; once per attempt. Throws HANDLER_EXCEPTION or INVALID_HINT. */
  frame(fileName: string): Promise<FileFraming>;
  readonly handler: Handler;
}

export interface StateMachineSource extends TaskHandlerSource {
  readonly interfaceName: "SingleFileStateMachineReader" | "MultipleFileStateMachineReader";
  /** Parser classes by file type, as configured; `*` stands for the one file of a single-file reader. */
  readonly parserImplementations?: Readonly<Record<string, string>>;
  /** Files of the manifest line, by its file types. */
  readonly names: Readonly<Record<string, string>>;
  /** Of the records and batches; the usual ones if left out. */
  readonly limits?: SplitLimits;
}

/** Interfaces by the full name of the class that implements them. */
export type Implementations = Readonly<Record<string, readonly HandlerInterface[]>>;

/** What a language must be able to do to run handlers; closing the handler ends whatever was started for it. */
export interface LanguageHost {
  /** Loads the interfaces of an artifact once, so that a bad one is found at initialisation. Throws Problem ARTIFACT_INVALID. */
  describe(source: HandlerSource & { readonly interfaceName: HandlerInterface }): Promise<HandlerDescription>;
  openSingleFileParser(source: TaskHandlerSource): Promise<SingleFileHost>;
  openRecordHandler(source: TaskHandlerSource & { readonly interfaceName: RecordInterface }): Promise<Handler>;
  /** Asks file types and names, too. Throws Problem ARTIFACT_INVALID or HANDLER_EXCEPTION. */
  openStateMachine?(source: StateMachineSource): Promise<StateMachine>;
  /** Opened before the read handler of the same artifact and closed after it. */
  openVectorsHandler?(source: Omit<TaskHandlerSource, "keepDocumentsFor">): Promise<VectorsHandler>;
  /** Only where the language has the Spark interfaces. Throws Problem ARTIFACT_INVALID or NOT_AVAILABLE_LOCALLY. */
  openSparkStep?(source: SparkSource): Promise<SparkStep>;
  /** Of all classes of an artifact; only where they say it themselves and not their places. Throws Problem ARTIFACT_INVALID. */
  implementations?(artifactDir: string): Promise<Implementations>;
  /**
   * Where customer code is right now, also while it hangs; null when it is nowhere or does not let itself be asked. Only where handlers run
   * beside this process. Never rejects; takes less than a second.
   */
  stack?(): Promise<HandlerStack | null>;
  /** Ends what it keeps warm between handlers, so that a program can end. */
  close?(): void;
}

/** The first that is in customer code. */
export async function stackIn(hosts: readonly Pick<LanguageHost, "stack">[]): Promise<HandlerStack | null> {
  const stacks = await Promise.all(hosts.map((host) => host.stack?.()));
  return stacks.find((stack) => stack) ?? null;
}
