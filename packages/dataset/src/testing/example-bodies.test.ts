import { readConnectorConfigs, writeConnectorConfigs } from "@letsdata/connectors/config-catalogue";
import { expect, test } from "vitest";
import { examples } from "./example-bodies.ts";

test.each([
  ["readConnector", readConnectorConfigs],
  ["writeConnector", writeConnectorConfigs],
] as const)("there is an example of every %s", (component, catalogue) => {
  const shown = examples.map(({ body }) => (body[component] as { connectorDestination: string }).connectorDestination);
  expect(new Set(shown)).toEqual(new Set(Object.keys(catalogue)));
});
