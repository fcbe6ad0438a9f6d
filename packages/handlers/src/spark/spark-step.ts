import type { TaskHandlerSource } from "../language-host.ts";

/** What a Spark step is given, by its parameters in their order (product.md §4.1): the bridge sends exactly these names. */
const shared = [
  "readFormat",
  "readOptions",
  "writeDestination",
  "writeUri",
  "writeFormat",
  "writeMode",
  "writeOptions",
  "sparkCredentialsSecretArn",
] as const;
export const sparkMethods = {
  SparkMapperInterface: { method: "mapper", parameters: ["appName", "readDestination", "readUri", ...shared] },
  SparkReducerInterface: { method: "reducer", parameters: ["appName", "readDestination", "readUris", ...shared] },
} as const;
export type SparkInterface = keyof typeof sparkMethods;

export function isSparkInterface(name: string): name is SparkInterface {
  return Object.hasOwn(sparkMethods, name);
}

/** Options are text by name; `readUri` is a mapper's, `readUris` a reducer's. */
export interface SparkArguments {
  readonly appName: string;
  readonly readDestination: string;
  readonly readUri?: string;
  readonly readUris?: readonly string[];
  readonly readFormat: string;
  readonly readOptions: Readonly<Record<string, string>>;
  readonly writeDestination: string;
  readonly writeUri: string;
  readonly writeFormat: string;
  readonly writeMode: string;
  readonly writeOptions: Readonly<Record<string, string>>;
  readonly sparkCredentialsSecretArn: string;
}

/** What surrounds customer code that may start Spark. Nothing here is secret but `environment`. */
export interface SparkSurroundings {
  /** The one folder its process may write into; null while the handler is only loaded. */
  readonly scratchDir: string | null;
  /** Spark properties that hold unless the handler sets them itself, such as `spark.master`. */
  readonly properties: Readonly<Record<string, string>>;
  /** Beside the scrubbed environment of the task: region, endpoint and the credentials that read the attempt's secret. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface SparkSource extends TaskHandlerSource {
  readonly interfaceName: SparkInterface;
  readonly surroundings: SparkSurroundings;
}

/** One step of one attempt, in a process of its own: what a handler keeps (its secret, its Spark) ends with the attempt. */
export interface SparkStep {
  /** Calls the method once. Throws Problem HANDLER_EXCEPTION, OUT_OF_MEMORY, TASK_CRASHED or NOT_AVAILABLE_LOCALLY. */
  run(step: SparkArguments, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export function argumentsInOrder(interfaceName: SparkInterface, step: SparkArguments): readonly unknown[] {
  return sparkMethods[interfaceName].parameters.map((name) => step[name]);
}

/** For messages: what the step read when something went wrong. */
export function sparkPlace({ readUri, readUris = [] }: SparkArguments): string {
  if (readUri !== undefined) return `for ${readUri}`;
  return readUris.length === 1 ? `for ${readUris[0]}` : `for ${readUris.length} inputs`;
}
