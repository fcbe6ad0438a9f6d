import { describeSqs } from "@letsdata/connectors/sqs/testing/sqs-suite";
import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import { afterAll, beforeAll, describe } from "vitest";
import { accessTo } from "../access-to.ts";
import type { RunningServer } from "../server-process.ts";
import { ACCOUNT, startElasticmq } from "./start-elasticmq.ts";

let server: RunningServer;
let access: CloudAccess;
beforeAll(async () => {
  server = await startElasticmq();
  access = accessTo(server.port, ACCOUNT);
});
afterAll(() => server?.stop());

describe("read SQS + write SQS", () => {
  describeSqs(() => access, null);
});
