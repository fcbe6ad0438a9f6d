import { computeEngineConfigs } from "@letsdata/compute/config-catalogue";
import {
  type ReadDestination,
  readConnectorConfigs,
  writeConnectorConfigs,
} from "@letsdata/connectors/config-catalogue";
import type { Findings } from "./findings.ts";
import { objectAt, textAt } from "./plain-json.ts";
import { readerTypesOf } from "./reader-types.ts";
import { isObject, type JsonObject, loosened } from "./schema-variants.ts";
import { systemSetAttributes } from "./system-set-attributes.ts";

const languages = {
  js: "JAVASCRIPT",
  node: "JAVASCRIPT",
  nodejs: "JAVASCRIPT",
  typescript: "JAVASCRIPT",
  ts: "JAVASCRIPT",
  py: "PYTHON",
};
const destinations = {
  msk: "KAFKA",
  momento: "MOMENTO_VECTOR_INDEX",
  dynamodbtable: "DYNAMODB",
  dynamodbstream: "DYNAMODBSTREAMS",
};

/** Values that mean a canonical one, by attribute; keys are loosened. */
const valueSpellings: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  artifactImplementationLanguage: languages,
  connectorDestination: destinations,
  computeEngineType: { sagemaker: "LAMBDA_AND_SAGEMAKER" },
  readerType: {
    queuereader: "SQSQUEUEREADER",
    kinesisstreamsreader: "KINESISSTREAMREADER",
    dynamodbstreamreader: "DYNAMODBSTREAMSREADER",
  },
  manifestType: {
    kinesisstreamsreadermanifest: "KinesisStreamReaderManifest",
    dynamodbstreamsreadermanifest: "DynamoDBStreamReaderManifest",
  },
};

/** The canonical value a person's word stands for, or undefined when it has no accepted spelling. */
export function acceptedValue(attribute: string, value: string): string | undefined {
  const spellings = Object.hasOwn(valueSpellings, attribute) ? valueSpellings[attribute] : undefined;
  const key = loosened(value);
  return spellings && Object.hasOwn(spellings, key) ? spellings[key] : undefined;
}

const flatToLambda = {
  concurrency: "lambdaConcurrency",
  memoryLimitInMegabytes: "lambdaMemoryLimitInMegabytes",
  timeoutInSeconds: "lambdaTimeoutInSeconds",
} as const;

/** Which S3 reader a configuration without `readerType` describes. */
const readerTypeByAttribute = {
  singleFileParserImplementationClassName: "SINGLEFILEREADER",
  multipleFileStateMachineReaderClassName: "MULTIPLEFILESTATEMACHINEREADER",
  singleFileStateMachineParserImplementationClassNameMap: "MULTIPLEFILESTATEMACHINEREADER",
  singleFileStateMachineParserImplementationClassName: "SINGLEFILESTATEMACHINEREADER",
  singleFileStateMachineReaderImplementationClassName: "SINGLEFILESTATEMACHINEREADER",
  sparkFileFormat: "SPARKREADER",
} as const;

/** Moves every accepted spelling of `config` to its canonical place and value, in place, and says so. */
export function applyAcceptedSpellings(config: JsonObject, findings: Findings): void {
  dropSystemSet(config, findings);
  for (const component of Object.values(config)) if (isObject(component)) applyValueSpellings(component);
  const mover = moveWith(findings);
  respellErrorConnector(config, mover);
  respellReadConnector(config, mover);
  respellComputeEngine(config, mover);
  deriveTypes(config, findings);
  respellWriter(config, findings);
}

function dropSystemSet(config: JsonObject, findings: Findings): void {
  for (const name of systemSetAttributes) {
    if (!Object.hasOwn(config, name)) continue;
    delete config[name];
    findings.notice(name, `${name} is set by the system and was left out`);
  }
  const externalId = textAt(config, "customerAccessExternalId");
  if (externalId !== undefined && /^[0-9a-f]{32}$/.test(externalId)) {
    config.customerAccessExternalId = "Generate";
    findings.notice("customerAccessExternalId", "A new external id is generated for the dataset");
  }
}

/** Only words with another spelling; case and blanks are settled against the schema later. */
function applyValueSpellings(object: JsonObject): void {
  for (const [name, value] of Object.entries(object)) {
    if (typeof value !== "string") continue;
    const accepted = acceptedValue(name, value);
    if (accepted !== undefined) object[name] = accepted;
    else if (name === "connectorDestination" || name === "computeEngineType" || name === "readerType")
      object[name] = canonicalWord(value);
  }
}

let words: readonly string[] | undefined;
function canonicalWord(value: string): string {
  words ??= [
    ...Object.keys(readConnectorConfigs),
    ...Object.keys(writeConnectorConfigs),
    ...Object.keys(computeEngineConfigs),
    ...readerTypesOf(Object.keys(readConnectorConfigs)),
  ];
  return words.find((word) => loosened(word) === loosened(value)) ?? value;
}

type Move = (from: JsonObject, name: string, to: JsonObject, newName: string, fromPath: string, toPath: string) => void;

function moveWith(findings: Findings): Move {
  return (from, name, to, newName, fromPath, toPath) => {
    if (!Object.hasOwn(from, name)) return;
    const value = from[name];
    if (Object.hasOwn(to, newName) && !sameValue(to[newName], value)) {
      findings.problem(
        fromPath,
        "CONFLICT",
        `${fromPath} and ${toPath} mean the same and have different values`,
        `Keep only ${toPath}.`,
      );
    } else {
      to[newName] = value;
      findings.notice(fromPath, `${fromPath} is stored as ${toPath}`);
    }
    delete from[name];
  };
}

function sameValue(left: unknown, right: unknown): boolean {
  if (typeof left === "string" && typeof right === "string") return loosened(left) === loosened(right);
  return JSON.stringify(left) === JSON.stringify(right);
}

function respellErrorConnector(config: JsonObject, move: Move): void {
  const error = objectAt(config, "errorConnector");
  if (!error) return;
  const canonical = "errorConnector.resourceLocation";
  const name = "errorConnectorResourceLocation";
  move(error, name, error, "resourceLocation", `errorConnector.${name}`, canonical);
  move(config, name, error, "resourceLocation", name, canonical);
}

function respellReadConnector(config: JsonObject, move: Move): void {
  const read = objectAt(config, "readConnector");
  if (!read) return;
  const [name, canonical] =
    read.connectorDestination === "S3"
      ? ["resourceLocation", "bucketResourceLocation"]
      : ["bucketResourceLocation", "resourceLocation"];
  move(read, name, read, canonical, `readConnector.${name}`, `readConnector.${canonical}`);
  const long = "multipleFileStateMachineReaderImplementationClassName";
  const short = "multipleFileStateMachineReaderClassName";
  move(read, long, read, short, `readConnector.${long}`, `readConnector.${short}`);
}

function respellComputeEngine(config: JsonObject, move: Move): void {
  const engine = objectAt(config, "computeEngine");
  if (!engine) return;
  const lambda = objectAt(engine, "lambda");
  if (lambda) move(lambda, "logLevel", engine, "logLevel", "computeEngine.lambda.logLevel", "computeEngine.logLevel");
  if (engine.computeEngineType === "LAMBDA_AND_SAGEMAKER") {
    if (engine.lambda !== undefined && !lambda) return;
    const nested = lambda ?? {};
    for (const [flat, name] of Object.entries(flatToLambda)) {
      move(nested, flat, nested, name, `computeEngine.lambda.${flat}`, `computeEngine.lambda.${name}`);
      move(engine, flat, nested, name, `computeEngine.${flat}`, `computeEngine.lambda.${name}`);
      move(engine, name, nested, name, `computeEngine.${name}`, `computeEngine.lambda.${name}`);
    }
    if (Object.keys(nested).length > 0) engine.lambda = nested;
  } else {
    for (const [flat, name] of Object.entries(flatToLambda)) {
      move(engine, name, engine, flat, `computeEngine.${name}`, `computeEngine.${flat}`);
      if (!lambda) continue;
      move(lambda, flat, engine, flat, `computeEngine.lambda.${flat}`, `computeEngine.${flat}`);
      move(lambda, name, engine, flat, `computeEngine.lambda.${name}`, `computeEngine.${flat}`);
    }
    if (lambda && Object.keys(lambda).length === 0) delete engine.lambda;
  }
  respellEndpoint(engine, move);
}

const endpointGroups = {
  sagemakerProvisioned: ["instanceType", "instanceCount"],
  sagemakerServerless: ["sagemakerEndpointConcurrency", "sagemakerMemoryLimitInMegabytes"],
} as const;

function respellEndpoint(engine: JsonObject, move: Move): void {
  const endpoint = objectAt(engine, "endpoint");
  if (!endpoint) return;
  for (const [group, names] of Object.entries(endpointGroups)) {
    if (!names.some((name) => Object.hasOwn(endpoint, name))) continue;
    const inner = objectAt(endpoint, group) ?? {};
    if (endpoint[group] !== undefined && !isObject(endpoint[group])) continue;
    endpoint[group] = inner;
    for (const name of names)
      move(endpoint, name, inner, name, `computeEngine.endpoint.${name}`, `computeEngine.endpoint.${group}.${name}`);
  }
}

function deriveTypes(config: JsonObject, findings: Findings): void {
  const read = objectAt(config, "readConnector");
  const manifest = objectAt(config, "manifestFile");
  if (read?.connectorDestination === "S3" && read.readerType === undefined) {
    const told = manifest && textAt(manifest, "readerType");
    const shown = Object.entries(readerTypeByAttribute).find(([name]) => Object.hasOwn(read, name))?.[1];
    const derived = told ?? shown;
    if (derived !== undefined) {
      read.readerType = derived;
      findings.notice("readConnector.readerType", `readConnector.readerType is ${derived}, as the rest says`);
    }
  }
  if (!read || !manifest) return;
  agreeOnReaderType(read, manifest, findings);
  if (manifest.manifestType !== undefined) return;
  const derived = manifestTypeOf(read, manifest);
  if (derived === undefined) return;
  manifest.manifestType = derived;
  findings.notice("manifestFile.manifestType", `manifestFile.manifestType is ${derived}, as the read connector says`);
}

function agreeOnReaderType(read: JsonObject, manifest: JsonObject, findings: Findings): void {
  const told = textAt(manifest, "readerType");
  if (told === undefined) return;
  const own = textAt(read, "readerType") ?? told;
  delete manifest.readerType;
  if (loosened(own) !== loosened(told))
    findings.problem(
      "manifestFile.readerType",
      "CONFLICT",
      `manifestFile.readerType is ${told.slice(0, 128)}, readConnector.readerType is ${own.slice(0, 128)}`,
      "Leave out manifestFile.readerType.",
    );
  else findings.notice("manifestFile.readerType", "manifestFile.readerType repeats the read connector's");
}

function manifestTypeOf(read: JsonObject, manifest: JsonObject): string | undefined {
  const destination = textAt(read, "connectorDestination") ?? "";
  if (destination === "S3") {
    if (Object.hasOwn(manifest, "fileContents")) return "S3ReaderTextManifestFile";
    return Object.hasOwn(manifest, "manifestFileS3Uri") ? "S3ReaderS3LinkManifestFile" : undefined;
  }
  if (!Object.hasOwn(readConnectorConfigs, destination)) return undefined;
  const [only, ...others] = Object.keys(readConnectorConfigs[destination as ReadDestination].manifests);
  return others.length === 0 ? only : undefined;
}

function respellWriter(config: JsonObject, findings: Findings): void {
  const write = objectAt(config, "writeConnector");
  const engine = objectAt(config, "computeEngine");
  if (write?.connectorDestination !== "S3" || write.writerType !== undefined) return;
  if (engine?.computeEngineType !== "SPARK") return;
  write.writerType = "Spark";
  findings.notice("writeConnector.writerType", "writeConnector.writerType is Spark, as the compute engine says");
}
