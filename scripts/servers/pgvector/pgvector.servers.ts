import { describePgvectorWriter } from "@letsdata/connectors/pgvector/testing/writer-suite";
import { type OpenCloud, openCloud } from "@letsdata/connectors/testing/open-cloud";
import { afterAll, beforeAll, describe } from "vitest";
import { type RunningPgvector, startPgvector } from "./start-pgvector.ts";

let server: RunningPgvector;
let open: OpenCloud;
beforeAll(async () => {
  [server, open] = await Promise.all([startPgvector(), openCloud()]);
});
afterAll(async () => {
  await Promise.allSettled([server?.stop(), open?.cloud.remove()]);
});

describe("write PGVECTOR", () => {
  describePgvectorWriter(
    () => server.url,
    () => open.access,
  );
});
