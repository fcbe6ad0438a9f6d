import { afterAll, beforeAll } from "vitest";
import { type Clients, clientsFor } from "../testing/clients.ts";
import { KEYS, startTestCloud, type TestCloud } from "../testing/test-cloud.ts";
import { describeCloudwatch } from "./testing/cloudwatch-suite.ts";

let cloud: TestCloud;
let own: Clients;
beforeAll(async () => {
  cloud = await startTestCloud();
  own = clientsFor(cloud.endpoint, KEYS);
});
afterAll(() => cloud.remove());

describeCloudwatch(() => own.cloudwatch);
