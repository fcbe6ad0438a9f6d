import { isContractProcedure } from "@orpc/contract";
import { afterAll, beforeAll, expect, test } from "vitest";
import { contract } from "./contract/contract.ts";
import { openApiDocument } from "./openapi.ts";
import { router } from "./operations/router.ts";
import { sampleDataset } from "./testing/sample-dataset.ts";
import { startTestApi, type TestApi, type TestTenant } from "./testing/start-test-api.ts";

let api: TestApi;
let owner: TestTenant;
let stranger: TestTenant;

beforeAll(async () => {
  api = await startTestApi();
  owner = await api.createTenant();
  stranger = await api.createTenant();
  await owner.client.datasets.create(sampleDataset("Private"));
});
afterAll(() => api?.stop());

interface Named {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly access: string;
}
const operations: readonly Named[] = Object.entries(contract).flatMap(([resource, procedures]) =>
  Object.entries(procedures).map(([verb, procedure]) => {
    if (!isContractProcedure(procedure)) throw new Error(`${resource}.${verb} is no operation`);
    const { route, meta } = procedure["~orpc"];
    return { name: `${resource}.${verb}`, method: route.method!, path: route.path!, access: String(meta.access) };
  }),
);

/** Query or body that makes the operation's own parts valid. */
const inputs: Readonly<Record<string, { readonly query?: string; readonly body?: object }>> = {
  "datasets.delete": { query: "?type=DELETE" },
  "datasets.compareConfig": { body: { config: {} } },
  "datasets.compareRevisions": { query: "?from=1&to=1" },
  "datasets.updateCompute": { body: { computeEngine: {} } },
  "metrics.view": { query: "?chart=records" },
  "redrives.create": { body: {} },
  "stops.create": { body: { moveStoppedTasksTo: "ERROR" } },
};

function send({ name, method, path }: Named, dataset: string, key: string | null): Promise<Response> {
  const { query = "", body } = inputs[name] ?? {};
  const place = path.replace("{dataset}", dataset).replaceAll(/\{\w+\}/g, "1");
  return fetch(`${api.url}/api/v1${place}${query}`, {
    method,
    headers: { "content-type": "application/json", ...(key === null ? {} : { authorization: `Bearer ${key}` }) },
    ...(method === "GET" || method === "DELETE" ? {} : { body: JSON.stringify(body ?? {}) }),
  });
}

test("every operation of the contract is implemented, and nothing else", () => {
  const namesOf = (tree: object) =>
    Object.entries(tree).flatMap(([resource, verbs]) =>
      Object.keys(verbs as object).map((verb) => `${resource}.${verb}`),
    );
  expect(namesOf(router).toSorted()).toEqual(namesOf(contract).toSorted());
});

test("the OpenAPI document lists every operation", async () => {
  const document = await openApiDocument();
  expect(document.openapi).toMatch(/^3\.1/);
  const count = Object.values(document.paths ?? {}).flatMap((path) => Object.keys(path ?? {})).length;
  expect(count).toBe(operations.length);
});

const ofOneDataset = operations.filter(({ path }) => path.includes("{dataset}"));
test.each(ofOneDataset)("$name answers 404 for another tenant's dataset", async (operation) => {
  const { items } = await owner.client.datasets.list({});
  for (const reference of ["Private", items[0]!.datasetId]) {
    const response = await send(operation, reference, stranger.apiKey);
    expect(response.status).toBe(404);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    const body = await response.text();
    expect(JSON.parse(body).code).toBe("NOT_FOUND");
    expect(body).not.toContain(owner.tenantId);
  }
});

test("lists of other tenants stay empty", async () => {
  expect((await stranger.client.datasets.list({})).items).toEqual([]);
  expect((await stranger.client.usage.list({})).items).toEqual([]);
});

test.each([
  {
    what: "names a bucket",
    name: "ChainedByBucket",
    reading: (bucket: string) => ({ bucketName: bucket, bucketResourceLocation: "LetsData" }),
  },
  {
    what: "takes its code from a bucket",
    name: "ChainedByCode",
    reading: (bucket: string) => ({
      artifactFileS3Link: `s3://${bucket}/code.zip`,
      artifactFileS3LinkResourceLocation: "LetsData",
    }),
  },
])("a dataset that $what which another dataset made reads it only in the same tenant", async ({ name, reading }) => {
  const maker = await api.createTenant();
  const other = await api.createTenant();
  const { datasetId } = await maker.client.datasets.create(sampleDataset("Maker"));
  const { readConnector } = sampleDataset("Any");
  const body = sampleDataset(name, { readConnector: { ...readConnector, ...reading(`tldwc${datasetId}`) } });
  // To be named like it is not to have made it.
  await other.client.datasets.create(sampleDataset(datasetId));
  for (const call of [
    () => other.client.datasets.create(body),
    () => other.client.datasets.checkAccess(body),
    () => other.client.tries.create({ config: body, records: 1 }),
  ])
    await expect(call()).rejects.toMatchObject({ code: "CONFIG_INVALID" });
  expect(await maker.client.datasets.create(body)).toMatchObject({ datasetName: name });
});

test.each(operations.filter(({ access }) => access !== "public"))(
  "$name answers 401 to strangers",
  async (operation) => {
    for (const key of [null, "ld_not-a-key"]) {
      const response = await send(operation, "Private", key);
      expect(response.status).toBe(401);
      expect(response.headers.get("content-type")).toBe("application/problem+json");
    }
  },
);

test("a TenantUser runs datasets but does not see users", async () => {
  const tenant = await api.createTenant();
  await tenant.client.users.list();
  await api.database.user.update({ where: { id: tenant.userId }, data: { userRole: "TenantUser" } });
  await expect(tenant.client.users.list()).rejects.toMatchObject({ code: "FORBIDDEN" });
  await tenant.client.datasets.create(sampleDataset("Mine"));
});

test("a key of scope read reads and changes nothing; a deleted key and a disabled user are refused", async () => {
  const tenant = await api.createTenant();
  const made = await tenant.client.apiKeys.create({ name: "reader", scope: "read" });
  const reader = api.clientFor(made.key);
  await reader.datasets.list({});
  await expect(reader.datasets.create(sampleDataset("No"))).rejects.toMatchObject({ code: "FORBIDDEN" });
  await tenant.client.apiKeys.delete({ params: { id: made.id } });
  await expect(reader.datasets.list({})).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
  await api.database.user.update({ where: { id: tenant.userId }, data: { userStatus: "DISABLED" } });
  await expect(tenant.client.datasets.list({})).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
});

test("a session cookie reads anywhere and changes only from the console's own pages", async () => {
  const signedIn = await fetch(`${api.url}/api/auth/sign-in/email`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: api.url },
    body: JSON.stringify({ email: owner.emailAddress, password: owner.password }),
  });
  expect(signedIn.status).toBe(200);
  const [line] = signedIn.headers.getSetCookie();
  expect(line).toMatch(/HttpOnly/i);
  expect(line).toMatch(/SameSite=Lax/i);
  const cookie = line!.split(";")[0]!;
  const me = await fetch(`${api.url}/api/v1/session`, { headers: { cookie } });
  expect(await me.json()).toMatchObject({ user: { userId: owner.userId }, tenant: { tenantId: owner.tenantId } });
  const change = (origin: string) =>
    fetch(`${api.url}/api/v1/api-keys`, {
      method: "POST",
      headers: { cookie, origin, "content-type": "application/json" },
      body: JSON.stringify({ name: "from a page", scope: "read" }),
    });
  expect((await change("https://evil.example")).status).toBe(403);
  expect((await change(api.url)).status).toBe(201);
});

test("following a dataset begins with a snapshot, tells changes, and begins with a snapshot again on resume", async () => {
  const stop = new AbortController();
  const events = await owner.client.events.ofDataset({ dataset: "Private" }, { signal: stop.signal });
  const first = await events.next();
  expect(first.value).toMatchObject({ type: "snapshot", dataset: { datasetStatus: "CREATED" } });
  const next = events.next();
  const request = await owner.client.datasets.delete({ params: { dataset: "Private" }, query: { type: "DELETE" } });
  expect(request.status).toBe("PENDING");
  let told = await next;
  // Where the feed began to hear only after the first snapshot was read, the same state is told once more.
  while (JSON.stringify(told.value).includes('"datasetStatus":"CREATED"')) told = await events.next();
  expect(told.value).toMatchObject({ type: "snapshot", dataset: { datasetStatus: "DELETING" } });
  await events.return?.();
  stop.abort();
  const again = await owner.client.events.ofDataset({ dataset: "Private" }, { lastEventId: "1" });
  expect((await again.next()).value).toMatchObject({ type: "snapshot", dataset: { datasetStatus: "DELETING" } });
  await again.return?.();
});
