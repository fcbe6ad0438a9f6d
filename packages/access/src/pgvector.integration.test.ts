import { describePgvectorWriter } from "@letsdata/connectors/pgvector/testing/writer-suite";
import { type OpenCloud, openCloud } from "@letsdata/connectors/testing/open-cloud";
import { afterAll, beforeAll } from "vitest";
import { startVectorDatabase } from "./testing/vector-database.ts";

// Here and not beside the connector: the PostgreSQL of the tests is the database package's, which imports the connectors' configurations.
let cloud: OpenCloud;
let database: Awaited<ReturnType<typeof startVectorDatabase>>;
beforeAll(async () => {
  [cloud, database] = await Promise.all([openCloud(), startVectorDatabase()]);
});
afterAll(() => Promise.all([cloud.cloud.remove(), database.stop()]));

describePgvectorWriter(
  () => database.url,
  () => cloud.access,
);
