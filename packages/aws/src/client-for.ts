import { Agent as HttpsAgent } from "node:https";
import type { Credentials, CredentialsSource } from "@letsdata/plugin-kit/connector";
import { NodeHttpHandler } from "@smithy/node-http-handler";

// `import` reads every export of a module, and one of node:http's loads the whole of `fetch`: 30 ms in every process that reads S3.
const { Agent: HttpAgent } = process.getBuiltinModule("node:http");

const SOCKETS_PER_HOST_MAX = 64;
const CONNECTION_TIMEOUT_MS = 5_000;
/** A body that stands still this long is given up; readers resume by range, calls are repeated. */
const IDLE_SOCKET_TIMEOUT_MS = 60_000;
/** The pipeline backs off and repeats by itself; the SDK only bridges a single dropped connection. */
const SDK_ATTEMPTS_MAX = 2;

export interface ClientSettings {
  readonly region: string;
  /** Override for every service; undefined = AWS. */
  readonly endpoint?: string | undefined;
  readonly credentials: CredentialsSource;
  /** Told of each request as it is sent, the SDK's own second tries included. */
  readonly onRequest?: (() => void) | undefined;
}

interface SdkCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
  expiration?: Date;
}

interface SdkConfiguration {
  region: string;
  endpoint?: string;
  credentials: () => Promise<SdkCredentials>;
  requestHandler: NodeHttpHandler;
  maxAttempts: number;
  forcePathStyle?: boolean;
  followRegionRedirects?: boolean;
  requestChecksumCalculation: "WHEN_REQUIRED";
  responseChecksumValidation: "WHEN_REQUIRED";
}

type ClientClass<C> = new (configuration: SdkConfiguration) => C;

const handlerOptions = {
  connectionTimeout: CONNECTION_TIMEOUT_MS,
  socketTimeout: IDLE_SOCKET_TIMEOUT_MS,
  socketAcquisitionWarningTimeout: 30_000,
  httpAgent: new HttpAgent({ keepAlive: true, maxSockets: SOCKETS_PER_HOST_MAX }),
  httpsAgent: new HttpsAgent({ keepAlive: true, maxSockets: SOCKETS_PER_HOST_MAX }),
};
const handler = new NodeHttpHandler(handlerOptions);

/** Behind all of the SDK, and behind what goes without its middleware (docs/adr/0010): whatever is sent comes by here. */
class CountingHandler extends NodeHttpHandler {
  readonly #onRequest: () => void;

  constructor(onRequest: () => void) {
    super(handlerOptions);
    this.#onRequest = onRequest;
  }

  override handle(...call: Parameters<NodeHttpHandler["handle"]>): ReturnType<NodeHttpHandler["handle"]> {
    this.#onRequest();
    return super.handle(...call);
  }
}

const nobody = (): void => {};
const clients = new WeakMap<CredentialsSource, Map<unknown, Map<() => void, Map<string, unknown>>>>();

/**
 * The one factory of AWS clients: one client per class, credentials source, region, endpoint and who counts its requests; sockets are
 * shared by all.
 * Never destroy a client: it would close everybody's sockets.
 */
export function clientFor<C>(clientClass: ClientClass<C>, settings: ClientSettings): C {
  const byClass = getOrAdd(
    clients,
    settings.credentials,
    () => new Map<unknown, Map<() => void, Map<string, unknown>>>(),
  );
  const byCounter = getOrAdd(byClass, clientClass, () => new Map<() => void, Map<string, unknown>>());
  const byPlace = getOrAdd(byCounter, settings.onRequest ?? nobody, () => new Map<string, unknown>());
  return getOrAdd(byPlace, `${settings.region} ${settings.endpoint ?? ""}`, () =>
    makeClient(clientClass, settings),
  ) as C;
}

function makeClient<C>(clientClass: ClientClass<C>, { region, endpoint, credentials, onRequest }: ClientSettings): C {
  return new clientClass({
    region,
    credentials: async () => sdkCredentials(await credentials()),
    requestHandler: onRequest ? new CountingHandler(onRequest) : handler,
    maxAttempts: SDK_ATTEMPTS_MAX,
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    ...(endpoint === undefined ? { followRegionRedirects: true } : { endpoint, forcePathStyle: true }),
  });
}

function sdkCredentials(from: Credentials): SdkCredentials {
  return {
    accessKeyId: from.accessKeyId,
    secretAccessKey: from.secretAccessKey,
    ...(from.sessionToken === undefined ? {} : { sessionToken: from.sessionToken }),
    ...(from.expiration === undefined ? {} : { expiration: new Date(from.expiration) }),
  };
}

function getOrAdd<K, V>(map: { get(key: K): V | undefined; set(key: K, value: V): unknown }, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
