import { GetBootstrapBrokersCommand, KafkaClient } from "@aws-sdk/client-kafka";
import { clientFor } from "@letsdata/aws/client-for";
import { withRetry } from "@letsdata/aws/with-retry";
import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import { Problem } from "@letsdata/plugin-kit/problems";
import { connectionsApiChannel, type SASLOptions } from "@platformatic/kafka";
import { readSecret } from "../read-secret.ts";
import { mskToken } from "./msk-token.ts";
import type { KafkaTarget } from "./permissions.ts";

export interface KafkaCluster extends Omit<KafkaTarget, "topicName"> {
  readonly bootstrapServers?: string | undefined;
  readonly authentication?: "AWS_MSK_IAM" | "NONE" | "SASL_SCRAM" | undefined;
}

/** How every client of the cluster connects. */
export interface KafkaConnection {
  readonly clientId: string;
  readonly bootstrapBrokers: string[];
  readonly sasl?: SASLOptions;
  readonly tls?: Record<string, never>;
  readonly connectTimeout: number;
  readonly requestTimeout: number;
  readonly retries: number;
  readonly retryDelay: (client: object, operation: string, attempt: number) => number;
  /** Who counts the requests: the client hands it on to each of its connections. */
  readonly context?: RequestCounter;
}

interface RequestCounter {
  readonly onRequest: () => void;
}

// What the client sends by itself and repeats is told nowhere else.
connectionsApiChannel.start.subscribe((message) => {
  const { connection } = message as { readonly connection: { readonly context: unknown } };
  (connection.context as RequestCounter | undefined)?.onRequest();
});

const CONNECT_TIMEOUT_MS = 5_000;
export const REQUEST_TIMEOUT_MS = 30_000;
/** The pipeline backs off and repeats by itself; the client bridges a coordinator that is being found or moved. */
const CLIENT_RETRIES = 7;
const FIRST_RETRY_MS = 5;

/** Throws ACCESS_DENIED, RESOURCE_NOT_FOUND or the Problem of the call that finds brokers and password. */
export async function connectionOf(
  cluster: KafkaCluster,
  access: CloudAccess,
  signal: AbortSignal,
): Promise<KafkaConnection> {
  const authentication = authenticationOf(cluster);
  const { bootstrapBrokers, isTls } = await brokersOf(cluster, authentication, access, signal);
  return {
    clientId: "letsdata",
    bootstrapBrokers,
    connectTimeout: CONNECT_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    retries: CLIENT_RETRIES,
    // A transaction is refused for some milliseconds while the one before it is being ended.
    retryDelay: (_client, _operation, attempt) => FIRST_RETRY_MS * 2 ** attempt,
    ...(access.onRequest ? { context: { onRequest: access.onRequest } } : {}),
    ...(isTls ? { tls: {} } : {}),
    ...(authentication === "NONE" ? {} : { sasl: await saslOf(cluster, authentication, access, signal) }),
  };
}

function authenticationOf({ authentication, clusterArn }: KafkaCluster) {
  return authentication ?? (clusterArn === undefined ? "NONE" : "AWS_MSK_IAM");
}

/** Passwords leave this machine only over TLS; brokers on it, as in development, may speak without. */
function isOnThisMachine(broker: string): boolean {
  return /^(localhost|127\.[0-9.]+):\d+$/.test(broker);
}

interface Brokers {
  readonly bootstrapBrokers: string[];
  readonly isTls: boolean;
}

async function brokersOf(
  { bootstrapServers, clusterArn }: KafkaCluster,
  authentication: ReturnType<typeof authenticationOf>,
  access: CloudAccess,
  signal: AbortSignal,
): Promise<Brokers> {
  if (bootstrapServers !== undefined) {
    const bootstrapBrokers = bootstrapServers.split(",").map((broker) => broker.trim());
    return { bootstrapBrokers, isTls: authentication !== "NONE" && !bootstrapBrokers.every(isOnThisMachine) };
  }
  if (clusterArn === undefined) throw new Problem("CONFIG_INVALID", "The Kafka cluster is not named.");
  const msk = clientFor(KafkaClient, access);
  const call = { action: "kafka:GetBootstrapBrokers", resource: clusterArn };
  const answer = await withRetry(
    () => msk.send(new GetBootstrapBrokersCommand({ ClusterArn: clusterArn }), { abortSignal: signal }),
    { call, signal },
  );
  // A cluster of TLS_PLAINTEXT names both lists.
  const brokers = {
    AWS_MSK_IAM: answer.BootstrapBrokerStringSaslIam,
    SASL_SCRAM: answer.BootstrapBrokerStringSaslScram,
    NONE: answer.BootstrapBrokerStringTls || answer.BootstrapBrokerString,
  }[authentication];
  if (!brokers) {
    throw new Problem("RESOURCE_NOT_FOUND", `${clusterArn} has no brokers for ${authentication}.`, {
      path: "writeConnector.authentication",
    });
  }
  const bootstrapBrokers = brokers.split(",");
  const isTls =
    authentication === "NONE" ? brokers === answer.BootstrapBrokerStringTls : !bootstrapBrokers.every(isOnThisMachine);
  return { bootstrapBrokers, isTls };
}

async function saslOf(
  { credentialsSecretArn }: KafkaCluster,
  authentication: "AWS_MSK_IAM" | "SASL_SCRAM",
  access: CloudAccess,
  signal: AbortSignal,
): Promise<SASLOptions> {
  if (authentication === "AWS_MSK_IAM") {
    return { mechanism: "OAUTHBEARER", token: async () => mskToken(await access.credentials(), access.region) };
  }
  const path = "writeConnector.credentialsSecretArn";
  if (credentialsSecretArn === undefined) throw new Problem("CONFIG_INVALID", "SASL_SCRAM takes a secret.", { path });
  const secret = await readSecret(credentialsSecretArn, path, access, signal);
  return { mechanism: "SCRAM-SHA-512", ...userAndPassword(secret, path) };
}

function userAndPassword(text: string, path: string): { readonly username: string; readonly password: string } {
  try {
    const { username, password } = JSON.parse(text) as Readonly<Record<string, unknown>>;
    if (typeof username === "string" && typeof password === "string") return { username, password };
  } catch {
    // Told below: the secret's text must not get into a message.
  }
  throw new Problem("CONFIG_INVALID", "The secret is not JSON with username and password.", { path });
}
