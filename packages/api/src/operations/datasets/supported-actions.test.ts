import { datasetStatuses } from "@letsdata/dataset/lifecycle";
import { expect, test } from "vitest";
import { offeredActions, offeredRedrivePolicies } from "./supported-actions.ts";

test("a redrive is offered exactly where some policy of it can be chosen", () => {
  for (const status of datasetStatuses) {
    expect(offeredActions(status).includes("redrive")).toBe(offeredRedrivePolicies(status).length > 0);
  }
  expect(offeredActions("COMPLETED")).toEqual(["updateCode", "updateCompute", "delete"]);
  expect(offeredActions("ERRORED")).toEqual(["updateCode", "updateCompute", "redrive", "delete"]);
});

test("nothing is offered that the installation refuses", () => {
  const offered = new Set(datasetStatuses.flatMap(offeredActions));
  expect([...offered].sort()).toEqual([
    "delete",
    "redrive",
    "stopWithComplete",
    "stopWithError",
    "updateCode",
    "updateCompute",
  ]);
});
