import { isAlwaysCustomers, readConnectorConfigs } from "@letsdata/connectors/config-catalogue";
import type { Findings } from "./findings.ts";
import {
  inlineManifestBytesMax,
  lineGrammarOf,
  linesListedMax,
  manifestLineBytesMax,
  parseManifestLine,
} from "./manifest-lines.ts";
import { checkParquetMemory } from "./parquet-memory-rule.ts";
import { objectAt, textAt } from "./plain-json.ts";
import type { JsonObject } from "./schema-variants.ts";

type Rule = (config: JsonObject, findings: Findings) => void;

/** Rules that span components, on a configuration in canonical names that need not be valid otherwise. */
export function checkCrossFieldRules(config: JsonObject, findings: Findings): void {
  for (const rule of rules) rule(config, findings);
}

interface Owner {
  readonly component: string;
  readonly object: JsonObject | undefined;
  readonly attribute: string;
  /** Who owns it when the attribute is absent. */
  readonly absent: "Customer" | "LetsData" | undefined;
}

function ownersOf(config: JsonObject): readonly Owner[] {
  const read = objectAt(config, "readConnector");
  const write = objectAt(config, "writeConnector");
  const error = objectAt(config, "errorConnector");
  const manifest = objectAt(config, "manifestFile");
  const engine = objectAt(config, "computeEngine");
  const model = engine && objectAt(engine, "model");
  const endpoint = engine && objectAt(engine, "endpoint");
  const has = (object: JsonObject | undefined, name: string) => object?.[name] !== undefined;
  const readLocation = read?.connectorDestination === "S3" ? "bucketResourceLocation" : "resourceLocation";
  return [
    { component: "readConnector", object: read, attribute: readLocation, absent: "Customer" },
    {
      component: "readConnector",
      object: has(read, "artifactFileS3Link") ? read : undefined,
      attribute: "artifactFileS3LinkResourceLocation",
      absent: "Customer",
    },
    {
      component: "readConnector",
      object: has(read, "interfaceECRImagePath") ? read : undefined,
      attribute: "interfaceECRImageResourceLocation",
      absent: "Customer",
    },
    {
      component: "writeConnector",
      object: write,
      attribute: "resourceLocation",
      absent: isAlwaysCustomers(String(write?.connectorDestination)) ? "Customer" : "LetsData",
    },
    { component: "errorConnector", object: error, attribute: "resourceLocation", absent: undefined },
    {
      component: "manifestFile",
      object: has(manifest, "manifestFileS3Uri") ? manifest : undefined,
      attribute: "readerManifestResourceLocation",
      absent: "Customer",
    },
    { component: "computeEngine.model", object: model, attribute: "modelUrlResourceLocation", absent: "Customer" },
    {
      component: "computeEngine.endpoint",
      object: endpoint,
      attribute: "sagemakerEndpointResourceLocation",
      absent: undefined,
    },
  ];
}

const accountsForAccess: Rule = (config, findings) => {
  const owned = (location: string) =>
    ownersOf(config).filter(
      (owner) => owner.object && (textAt(owner.object, owner.attribute) ?? owner.absent) === location,
    );
  const customer = owned("Customer")[0];
  if (customer && config.accessGrantRoleArn === undefined)
    findings.problem(
      "accessGrantRoleArn",
      "REQUIRED",
      `accessGrantRoleArn is missing: ${customer.component}.${customer.attribute} is Customer`,
      "Give the ARN of the role LetsData may assume for what you own.",
    );
  const ours = owned("LetsData").find(
    (owner) => owner.component === "writeConnector" || owner.component === "errorConnector",
  );
  if (ours && config.customerAccountForAccess === undefined)
    findings.problem(
      "customerAccountForAccess",
      "REQUIRED",
      `customerAccountForAccess is missing: ${ours.component}.resourceLocation is LetsData`,
      "Give the AWS account that may read what LetsData makes for you.",
    );
};

const artifact: Rule = (config, findings) => {
  const read = objectAt(config, "readConnector");
  const language = read && textAt(read, "artifactImplementationLanguage");
  if (!read || (language !== "PYTHON" && language !== "JAVASCRIPT")) return;
  if (read.artifactFileS3Link === undefined && read.interfaceECRImagePath === undefined)
    findings.problem(
      "readConnector.artifactFileS3Link",
      "REQUIRED",
      "readConnector.artifactFileS3Link and readConnector.interfaceECRImagePath are both missing",
      "Give the handler's package in S3, or its image.",
    );
  const imageRegion = /\.dkr\.ecr\.([a-z0-9-]+)\./.exec(textAt(read, "interfaceECRImagePath") ?? "")?.[1];
  const engine = objectAt(config, "computeEngine");
  const engineRegion = textAt(engine, "region") ?? textAt(config, "region");
  if (imageRegion !== undefined && engineRegion !== undefined && imageRegion !== engineRegion)
    findings.problem(
      "readConnector.interfaceECRImagePath",
      "CONFLICT",
      `readConnector.interfaceECRImagePath is in ${imageRegion}, the compute engine in ${engineRegion.slice(0, 32)}`,
      "Copy the image into the compute engine's region.",
    );
};

const manifestOfSource: Rule = (config, findings) => {
  const destination = textAt(objectAt(config, "readConnector"), "connectorDestination");
  const manifestType = textAt(objectAt(config, "manifestFile"), "manifestType");
  if (destination === undefined || manifestType === undefined) return;
  if (!Object.hasOwn(readConnectorConfigs, destination)) return;
  const fitting = Object.keys(readConnectorConfigs[destination as keyof typeof readConnectorConfigs].manifests);
  const all = Object.values(readConnectorConfigs).flatMap((entry) => Object.keys(entry.manifests));
  if (fitting.includes(manifestType) || !all.includes(manifestType)) return;
  findings.problem(
    "manifestFile.manifestType",
    "CONFLICT",
    `manifestFile.manifestType ${manifestType} does not fit a read connector of ${destination}`,
    `Use ${fitting.join(" or ")}.`,
  );
};

const inlineManifest: Rule = (config, findings) => {
  const contents = textAt(objectAt(config, "manifestFile"), "fileContents");
  const readerType = textAt(objectAt(config, "readConnector"), "readerType");
  if (contents === undefined || readerType === undefined) return;
  const path = "manifestFile.fileContents";
  if (new TextEncoder().encode(contents).length > inlineManifestBytesMax) {
    findings.problem(
      path,
      "TOO_LARGE",
      `${path} is larger than 512 KiB`,
      "Put the lines into an S3 object and use S3ReaderS3LinkManifestFile.",
    );
    return;
  }
  checkLines(contents, readerType, path, findings);
};

function checkLines(contents: string, readerType: string, path: string, findings: Findings): void {
  const grammar = lineGrammarOf(readerType);
  let types: string | undefined;
  let good = 0;
  let listed = 0;
  contents.split("\n").forEach((raw, index) => {
    const line = raw.trim();
    if (line === "") return;
    const tooLong = line.length > manifestLineBytesMax;
    const parsed = tooLong ? undefined : parseManifestLine(line, grammar);
    let reason = tooLong ? "is longer than 8 KiB" : parsed?.kind === "bad" ? parsed.reason : undefined;
    if (parsed?.kind === "files") {
      types ??= parsed.types;
      if (types !== parsed.types) reason = `has the file types ${parsed.types}; the first line has ${types}`;
    }
    if (reason === undefined) good++;
    else if (listed++ < linesListedMax)
      findings.problem(path, "MANIFEST_INVALID", `${path} line ${index + 1} ${reason}`.slice(0, 512));
  });
  if (good === 0 && listed === 0) findings.problem(path, "REQUIRED", `${path} has no line`);
}

const queueType: Rule = (config, findings) => {
  const write = objectAt(config, "writeConnector");
  if (write?.connectorDestination !== "SQS") return;
  const name = textAt(write, "queueName");
  if (name === undefined || write.resourceLocation !== "Customer") return;
  if (name.endsWith(".fifo") === (write.queueType === "FIFO")) return;
  findings.problem(
    "writeConnector.queueType",
    "CONFLICT",
    `writeConnector.queueName is ${name.slice(0, 128)} but writeConnector.queueType is ${write.queueType === "FIFO" ? "FIFO" : "STANDARD"}`,
    "The name of a FIFO queue ends in .fifo, no other does.",
  );
};

const tableCapacity: Rule = (config, findings) => {
  const write = objectAt(config, "writeConnector");
  if (write?.connectorDestination !== "DYNAMODB") return;
  if (
    write.sortKeyAttributeName !== undefined &&
    write.sortKeyAttributeName === (write.partitionKeyAttributeName ?? "documentId")
  )
    findings.problem(
      "writeConnector.sortKeyAttributeName",
      "CONFLICT",
      "writeConnector.sortKeyAttributeName is the partition key",
      "Name another attribute, or leave it out.",
    );
  const unitNames = ["readCapacityUnits", "writeCapacityUnits"];
  const unused = unitNames.find((name) => write[name] !== undefined);
  if (write.billingMode !== "PROVISIONED") {
    if (unused !== undefined && write.resourceLocation !== "Customer")
      findings.problem(
        "writeConnector.billingMode",
        "CONFLICT",
        `writeConnector.${unused} is given, but writeConnector.billingMode is PAY_PER_REQUEST: the table would have no fixed capacity`,
        "Set billingMode to PROVISIONED and give both units, or leave them out.",
      );
    return;
  }
  for (const name of unitNames)
    if (write[name] === undefined)
      findings.problem(
        `writeConnector.${name}`,
        "REQUIRED",
        `writeConnector.${name} is missing: billingMode is PROVISIONED`,
        "Give both units, or use PAY_PER_REQUEST.",
      );
};

const kafkaEntry: Rule = (config, findings) => {
  const write = objectAt(config, "writeConnector");
  if (write?.connectorDestination !== "KAFKA" || write.resourceLocation !== "Customer") return;
  const cluster = write.clusterArn !== undefined;
  const brokers = write.bootstrapServers !== undefined;
  if (cluster === brokers)
    findings.problem(
      "writeConnector.clusterArn",
      cluster ? "CONFLICT" : "REQUIRED",
      `writeConnector.clusterArn and writeConnector.bootstrapServers are both ${cluster ? "given" : "missing"}`,
      "Give exactly one of them.",
    );
  if (write.authentication === "AWS_MSK_IAM" && !cluster && brokers)
    findings.problem(
      "writeConnector.authentication",
      "CONFLICT",
      "writeConnector.authentication AWS_MSK_IAM needs writeConnector.clusterArn",
      "Give the cluster's ARN, or use SASL_SCRAM or NONE.",
    );
  const entered = write.authentication ?? (cluster ? "AWS_MSK_IAM" : "NONE");
  if (write.credentialsSecretArn !== undefined && entered !== "SASL_SCRAM" && typeof entered === "string")
    findings.problem(
      "writeConnector.authentication",
      "CONFLICT",
      `writeConnector.credentialsSecretArn is given, but writeConnector.authentication is ${entered.slice(0, 32)}${write.authentication === undefined ? ", because it is left out" : ""}: nobody would use it`,
      "Set authentication to SASL_SCRAM, or leave out the secret.",
    );
  if (write.authentication === "SASL_SCRAM" && write.credentialsSecretArn === undefined)
    findings.problem(
      "writeConnector.credentialsSecretArn",
      "REQUIRED",
      "writeConnector.credentialsSecretArn is missing: authentication is SASL_SCRAM",
      "Give a secret that holds {username, password}.",
    );
};

const sagemaker: Rule = (config, findings) => {
  const engine = objectAt(config, "computeEngine");
  if (engine?.computeEngineType !== "LAMBDA_AND_SAGEMAKER") return;
  const location = textAt(objectAt(engine, "endpoint"), "sagemakerEndpointResourceLocation");
  if (location === "LetsData" && engine.model === undefined)
    findings.problem(
      "computeEngine.model",
      "REQUIRED",
      "computeEngine.model is missing: the endpoint is made by LetsData",
      "State the model the endpoint serves, or use an endpoint of yours.",
    );
  if (location === "Customer" && engine.model !== undefined)
    findings.problem(
      "computeEngine.model",
      "NOT_APPLICABLE",
      "computeEngine.model does not apply: the endpoint is yours and has its model",
      "Remove it.",
    );
  const read = objectAt(config, "readConnector");
  const vectors = "sagemakerVectorsInterfaceImplementationClassName";
  if (read?.artifactImplementationLanguage === "JAVA" && read[vectors] === undefined)
    findings.problem(
      `readConnector.${vectors}`,
      "REQUIRED",
      `readConnector.${vectors} is missing: the compute engine uses SageMaker`,
      "Give the class that picks texts and builds vector documents.",
    );
};

const spark: Rule = (config, findings) => {
  const read = objectAt(config, "readConnector");
  const write = objectAt(config, "writeConnector");
  const engine = objectAt(config, "computeEngine");
  if (!read || !engine) return;
  const readsBySpark = read.readerType === "SPARKREADER";
  const runsSpark = engine.computeEngineType === "SPARK";
  if (engine.computeEngineType !== undefined && typeof read.readerType === "string" && readsBySpark !== runsSpark)
    findings.problem(
      "computeEngine.computeEngineType",
      "CONFLICT",
      "readConnector.readerType SPARKREADER and computeEngine.computeEngineType SPARK go together",
      readsBySpark
        ? "Set computeEngineType to SPARK."
        : "Set readerType to SPARKREADER, or use another compute engine.",
    );
  const writesBySpark = write?.connectorDestination === "S3" && write.writerType === "Spark";
  if (write?.connectorDestination !== undefined && writesBySpark !== runsSpark && (writesBySpark || runsSpark))
    findings.problem(
      "writeConnector.writerType",
      "CONFLICT",
      runsSpark
        ? "The SPARK compute engine writes to S3 with writerType Spark"
        : "writeConnector.writerType Spark needs the SPARK compute engine",
      runsSpark ? "Set connectorDestination to S3 and writerType to Spark." : "Set writerType to Default.",
    );
  if (readsBySpark && read.artifactImplementationLanguage === "JAVASCRIPT")
    findings.problem(
      "readConnector.artifactImplementationLanguage",
      "CONFLICT",
      "readConnector.artifactImplementationLanguage JAVASCRIPT does not go with readerType SPARKREADER: Spark has no JavaScript",
      "Write the steps in PYTHON or JAVA.",
    );
  if (!readsBySpark || read.artifactImplementationLanguage !== "JAVA") return;
  const needed = {
    sparkMapperImplementationClassName: "REDUCER_ONLY",
    sparkReducerImplementationClassName: "MAPPER_ONLY",
  };
  for (const [name, unless] of Object.entries(needed))
    if (read[name] === undefined && runsSpark && engine.runSparkInterfaces !== unless)
      findings.problem(
        `readConnector.${name}`,
        "REQUIRED",
        `readConnector.${name} is missing: Java states the classes of the Spark steps that run`,
        "Give the class.",
      );
};

/** A region beside an ARN that says another one. */
const arnRegion: Rule = (config, findings) => {
  for (const [component, attribute, what] of [
    ["readConnector", "streamArn", "stream"],
    ["writeConnector", "clusterArn", "cluster"],
  ] as const) {
    const own = textAt(objectAt(config, component), "region");
    const ofArn = textAt(objectAt(config, component), attribute)?.split(":")[3];
    if (own === undefined || ofArn === undefined || own === ofArn) continue;
    findings.problem(
      `${component}.region`,
      "CONFLICT",
      `${component}.region is ${own.slice(0, 32)}, the ${what} is in ${ofArn.slice(0, 32)}`,
      `Leave out ${component}.region: the ARN says it.`,
    );
  }
};

const filter: Rule = (config, findings) => {
  const manifest = objectAt(config, "manifestFile");
  if (!manifest || manifest.filterExpression !== undefined) return;
  for (const name of ["expressionAttributeNames", "expressionAttributeValues"])
    if (manifest[name] !== undefined)
      findings.problem(
        `manifestFile.${name}`,
        "NOT_APPLICABLE",
        `manifestFile.${name} does not apply without manifestFile.filterExpression`,
        "Give the filter expression, or remove it.",
      );
};

const rules: readonly Rule[] = [
  accountsForAccess,
  artifact,
  manifestOfSource,
  inlineManifest,
  queueType,
  tableCapacity,
  kafkaEntry,
  sagemaker,
  spark,
  arnRegion,
  filter,
  checkParquetMemory,
];
