import { afterAll, beforeAll } from "vitest";
import { type OpenCloud, openCloud } from "./testing/open-cloud.ts";
import { describeSecrets } from "./testing/secrets-suite.ts";

let open: OpenCloud;
beforeAll(async () => {
  open = await openCloud();
});
afterAll(() => open.cloud.remove());

describeSecrets(() => open.access);
