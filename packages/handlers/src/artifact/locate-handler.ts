import { readFileSync, statSync } from "node:fs";
import { join, relative, resolve, sep } from "node:path";
import { Problem } from "@letsdata/plugin-kit/problems";

/** Where each interface's class is looked for when neither the configuration nor `letsdata.json` says (product.md §4.6). */
export const defaultModules = {
  SingleFileParser: "letsdata_interfaces/readers/parsers/SingleFileParser",
  SingleFileStateMachineParser: "letsdata_interfaces/readers/parsers/SingleFileStateMachineParser",
  SingleFileStateMachineReader: "letsdata_interfaces/readers/SingleFileStateMachineReader",
  MultipleFileStateMachineReader: "letsdata_interfaces/readers/MultipleFileStateMachineReader",
  QueueMessageReader: "letsdata_interfaces/readers/sqs/QueueMessageReader",
  KinesisRecordReader: "letsdata_interfaces/readers/kinesis/KinesisRecordReader",
  DynamoDBStreamsRecordReader: "letsdata_interfaces/readers/dynamodbstreams/DynamoDBStreamsRecordReader",
  DynamoDBTableItemReader: "letsdata_interfaces/readers/dynamodb/DynamoDBTableItemReader",
  SagemakerVectorsInterface: "letsdata_interfaces/readers/sagemaker/SagemakerVectorsInterface",
  SparkMapperInterface: "letsdata_interfaces/readers/spark/SparkMapperInterface",
  SparkReducerInterface: "letsdata_interfaces/readers/spark/SparkReducerInterface",
} as const;
export type HandlerInterface = keyof typeof defaultModules;

/** What a module's file may be called in a language; the second is the usual one. */
const extensionsOf = {
  JAVASCRIPT: ["", ".js", ".mjs", ".cjs", "/index.js"],
  PYTHON: ["", ".py", "/__init__.py"],
} as const;
export type ModuleLanguage = keyof typeof extensionsOf;

export interface LocatedHandler {
  /** Path within the artifact, with forward slashes. */
  readonly modulePath: string;
  readonly file: string;
  readonly exportName: string;
}

/**
 * Finds the module of an interface: `implementation` (`path/module#Class`) from the configuration, else `letsdata.json`, else the
 * published path. Throws Problem ARTIFACT_INVALID.
 */
export function locateHandler(
  artifactDir: string,
  interfaceName: HandlerInterface,
  implementation?: string | null,
  language: ModuleLanguage = "JAVASCRIPT",
): LocatedHandler {
  const root = resolve(artifactDir);
  const stated = implementation ?? statedInArtifact(root)[interfaceName];
  const [statedPath, statedExport] = (stated ?? "").split("#");
  const wanted = (statedPath || defaultModules[interfaceName]).replaceAll("\\", "/").replace(/^\.?\//, "");
  const extensions: readonly string[] = extensionsOf[language];
  const usual = extensions[1] as string;
  for (const extension of extensions) {
    const file = resolve(root, wanted + extension);
    if (!file.startsWith(root + sep)) break;
    if (isFile(file)) {
      const modulePath = relative(root, file).split(sep).join("/");
      return { modulePath, file, exportName: statedExport || interfaceName };
    }
  }
  const where =
    stated === undefined || stated === null
      ? ""
      : ` (named by ${implementation ? "the configuration" : "letsdata.json"})`;
  throw new Problem(
    "ARTIFACT_INVALID",
    `The artifact has no module ${wanted}${/\.([cm]?js|py)$/.test(wanted) ? "" : usual}${where} for the interface ${interfaceName}.`,
    {
      errors: [
        {
          path: wanted,
          code: "MODULE_MISSING",
          message: `No file of this name at the artifact's root or one folder down.`,
          fix: `Put the class ${interfaceName} there, or name its module in letsdata.json: {"handlers":{"${interfaceName}":"mine/handler${usual}#${interfaceName}"}}.`,
        },
      ],
    },
  );
}

/** The interfaces an artifact has modules for. */
export function interfacesIn(artifactDir: string, language: ModuleLanguage = "JAVASCRIPT"): HandlerInterface[] {
  const stated = statedInArtifact(resolve(artifactDir));
  return (Object.keys(defaultModules) as HandlerInterface[]).filter((name) => {
    if (stated[name] !== undefined) return true;
    return extensionsOf[language].some((extension) => isFile(join(artifactDir, defaultModules[name] + extension)));
  });
}

/** The file of a Lambda image that answers requests (product.md §4.5, §4.6). */
const entryFiles: Readonly<Record<ModuleLanguage, string>> = {
  JAVASCRIPT: "index.js",
  PYTHON: "letsdata_lambda_function.py",
};

/** The artifact's own entry, where that is all it has for an interface: customer code is then called with requests. */
export function onlyEntryOf(
  artifactDir: string,
  interfaceName: HandlerInterface,
  implementation: string | null | undefined,
  language: ModuleLanguage,
): string | null {
  if (implementation || interfacesIn(artifactDir, language).includes(interfaceName)) return null;
  const file = join(artifactDir, entryFiles[language]);
  return isFile(file) ? file : null;
}

export function statedInArtifact(root: string): Partial<Record<string, string>> {
  const file = join(root, "letsdata.json");
  if (!isFile(file)) return {};
  let stated: unknown;
  try {
    stated = JSON.parse(readFileSync(file, "utf8"));
  } catch {
    throw new Problem("ARTIFACT_INVALID", "The artifact's letsdata.json is no JSON.");
  }
  const handlers = (stated as { handlers?: unknown } | null)?.handlers ?? {};
  const wrong = typeof handlers !== "object" || Object.values(handlers).some((value) => typeof value !== "string");
  if (wrong) {
    throw new Problem(
      "ARTIFACT_INVALID",
      'The artifact\'s letsdata.json must look like {"handlers":{"SingleFileParser":"dist/clicks.js#Clicks"}}.',
    );
  }
  return handlers as Partial<Record<string, string>>;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
