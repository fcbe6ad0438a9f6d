import {
  errorConnectorConfigs,
  readConnectorConfigs,
  writeConnectorConfigs,
} from "@letsdata/connectors/config-catalogue";

const services = ["service SECRETS_MANAGER", "service CLOUDWATCH"];

/**
 * What can be verified: a connector as `role destination`, e.g. `read S3`; the compute engine that runs what others wrote; and
 * services whose answers the product, or a handler on the local cloud, relies on.
 */
export const subjects: readonly string[] = [
  ...Object.keys(readConnectorConfigs).map((name) => `read ${name}`),
  ...Object.keys(writeConnectorConfigs).map((name) => `write ${name}`),
  ...Object.keys(errorConnectorConfigs).map((name) => `error ${name}`),
  "compute SPARK",
  ...services,
];

/** A promise that the server does not keep as AWS does: its test is left out there. */
export interface Difference {
  /** One of `subjects`. */
  readonly subject: string;
  /** The last part of the test's name. */
  readonly test: string;
  readonly reason: string;
}

export interface IndependentServer {
  /** Also its folder here. */
  readonly name: string;
  readonly title: string;
  readonly installedFrom: string;
  /** Of `subjects`; its suite stands in `describe` blocks named after them. */
  readonly verifies: readonly string[];
  readonly differences: readonly Difference[];
  /** What makes it too slow to install for every run; then it runs where it is named. */
  readonly onlyWhenNamed?: string;
}

const dynamodb = ["write DYNAMODB", "read DYNAMODB", "read DYNAMODBSTREAMS"];
const s3 = ["read S3", "write S3", "error S3"];

/** Those that take longest stand first: begun last, one of them would run alone. */
export const independentServers: readonly IndependentServer[] = [
  {
    name: "kafka",
    title: "Apache Kafka 4.1",
    installedFrom: "Maven",
    verifies: ["write KAFKA"],
    differences: [],
  },
  {
    name: "moto",
    title: "moto 5.2",
    installedFrom: "PyPI",
    verifies: [
      ...s3,
      "read SQS",
      "write SQS",
      "read KINESIS",
      "write KINESIS",
      ...dynamodb,
      "write S3_VECTORS",
      ...services,
    ],
    differences: [
      {
        subject: "read KINESIS",
        test: "waits at an open shard for what comes, and ends when it is closed",
        reason: "A closed shard keeps giving iterators, where Kinesis answers none behind its last record.",
      },
      {
        subject: "write KINESIS",
        test: "takes batches up to its stated concurrency at once",
        reason:
          "Records that arrive at one shard at once may get one sequence number, and the later replaces the earlier.",
      },
      {
        subject: "write DYNAMODB",
        test: "takes an item up to 400 KB as DynamoDB counts it, and not a byte more",
        reason: "Items over 405,000 bytes are refused, where DynamoDB takes 409,600.",
      },
      {
        subject: "read DYNAMODB",
        test: "hands out keys by the key schema and the item, as plain values with all digits",
        reason: "A scan of a table with a binary key fails with an error of the server's own.",
      },
      {
        subject: "read DYNAMODB",
        test: "resumes behind a binary key",
        reason: "A scan of a table with a binary key fails with an error of the server's own.",
      },
      {
        subject: "read DYNAMODBSTREAMS",
        test: "hands out a change as plain keys and images, an absent image empty, with its facts as attributes",
        reason: "Numbers keep the digits they were sent with (1.50), where DynamoDB stores 1.5.",
      },
      {
        subject: "write S3_VECTORS",
        test: "keeps a long text beside what can be filtered by",
        reason: "GetIndex does not say which metadata of the index cannot be filtered by.",
      },
      {
        subject: "service CLOUDWATCH",
        test: "of other namespaces are other metrics",
        reason: "GetMetricData adds up the metrics of all namespaces where dimensions are asked for.",
      },
      {
        subject: "service CLOUDWATCH",
        test: "without dimensions are a metric of their own",
        reason: "GetMetricData without dimensions adds up those with any.",
      },
      {
        subject: "service CLOUDWATCH",
        test: "keep to whole periods as statistics, too",
        reason: "GetMetricStatistics starts its periods at the first sample.",
      },
    ],
  },
  {
    name: "elasticmq",
    title: "ElasticMQ 1.6",
    installedFrom: "Maven",
    verifies: ["read SQS", "write SQS"],
    differences: [],
  },
  {
    name: "pgvector",
    title: "PostgreSQL 18 with pgvector",
    installedFrom: "PyPI",
    verifies: ["write PGVECTOR"],
    differences: [],
  },
  {
    name: "dynamodb-local",
    title: "DynamoDB Local 2.6",
    installedFrom: "Maven",
    verifies: dynamodb,
    differences: [],
  },
  {
    name: "spark",
    title: "Apache Spark 3.5",
    installedFrom: "PyPI and Maven",
    verifies: ["compute SPARK"],
    differences: [],
    onlyWhenNamed: "installing and starting it takes three minutes of a processor",
  },
  {
    name: "versitygw",
    title: "Versity S3 Gateway 1.8",
    installedFrom: "the Go module proxy",
    verifies: s3,
    differences: [],
    onlyWhenNamed: "building it takes five minutes of a processor",
  },
];

/** What is proved against our own local cloud alone, and why no other server can. */
export const unverified: readonly (readonly [what: string, reason: string])[] = [
  [
    "write MOMENTO_VECTOR_INDEX",
    "The vendor has retired the service and published no server; a server of ours speaks its protocol, also in the rounds of `pnpm test:faults`.",
  ],
  ["Assumed roles and external ids", "moto hands out credentials for a role whatever the external id."],
  ["Policies (least privilege)", "moto, ElasticMQ and DynamoDB Local let every key do everything."],
  [
    "SageMaker: calling endpoints, making models and endpoints",
    "No server runs a model behind SageMaker's interface: what it asks for and answers is known from its documentation.",
  ],
  [
    "Lambda: calling a function, code or image",
    "moto needs a container engine to run a function. The bridge's requests and answers are tested against functions of our own, which speak the published protocol. The local engine of this edition runs no image: create refuses a dataset that names one.",
  ],
  ["ECR: who may pull a handler's image", "moto lets everybody in, and who is let in is all that the check asks."],
  ["KMS: who may use the key of a bucket, table, queue or stream", "moto lets everybody use every key."],
  [
    "Throttling, cut connections, expired iterators",
    "None of the servers can be told to misbehave. From outside, connections of pgvector are cut and Kafka is paused.",
  ],
  ["MSK: IAM authentication, making clusters", "Apache Kafka has no IAM and no cluster interface."],
  [
    "Spark: masters yarn and spark://, images, executors on other machines",
    "The row of Spark runs local[*]; a cluster needs machines that reach each other and the buckets.",
  ],
  [
    "The end of a closed Kinesis shard",
    "moto splits and merges shards, but a closed one never says that it is read out.",
  ],
  [
    "Kinesis and DynamoDB Streams: what is gone after the retention, start times still to come",
    "None of the servers can be told to let a day pass; moto forgets nothing and takes any start time.",
  ],
  ["Splits of DynamoDB Streams shards", "No server rolls a shard on demand; DynamoDB Local rolls them by the clock."],
];
