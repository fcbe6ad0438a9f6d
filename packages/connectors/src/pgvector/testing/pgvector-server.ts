import { afterAll, beforeAll } from "vitest";
import { type OpenCloud, openCloud } from "../../testing/open-cloud.ts";
import { describePgvectorWriter } from "./writer-suite.ts";

/** Against a PostgreSQL with pgvector: `LETSDATA_PGVECTOR_URL=postgresql://…`, for `pnpm test:servers`. */
const url = process.env["LETSDATA_PGVECTOR_URL"];
if (!url) throw new Error("set LETSDATA_PGVECTOR_URL to a database whose server has pgvector");

let open: OpenCloud;
beforeAll(async () => {
  open = await openCloud();
});
afterAll(() => open.cloud.remove());

describePgvectorWriter(url, () => open.access);
