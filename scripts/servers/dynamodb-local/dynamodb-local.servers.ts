import { describeDynamodbWriter } from "@letsdata/connectors/dynamodb/testing/writer-suite";
import { describeDynamodbStreamsReader } from "@letsdata/connectors/dynamodb-streams/testing/reader-suite";
import { describeDynamodbTableReader } from "@letsdata/connectors/dynamodb-table/testing/reader-suite";
import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import { afterAll, beforeAll, describe } from "vitest";
import { accessTo } from "../access-to.ts";
import type { RunningServer } from "../server-process.ts";
import { startDynamodbLocal } from "./start-dynamodb-local.ts";

let server: RunningServer;
let access: CloudAccess;
beforeAll(async () => {
  server = await startDynamodbLocal();
  access = accessTo(server.port);
});
afterAll(() => server?.stop());

describe("write DYNAMODB", () => {
  describeDynamodbWriter(() => access, null);
});
describe("read DYNAMODB", () => {
  describeDynamodbTableReader(() => access);
});
describe("read DYNAMODBSTREAMS", () => {
  describeDynamodbStreamsReader(() => access);
});
