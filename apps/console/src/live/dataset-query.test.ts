import type { DatasetViewDto } from "@letsdata/api/contract/dataset-dto";
import { QueryClient } from "@tanstack/react-query";
import { expect, test } from "vitest";
import { datasetQuery } from "./dataset-query.ts";

const snapshot = (datasetStatus: string, updateDatetime: number) =>
  ({ datasetName: "Flights", datasetStatus, updateDatetime }) as DatasetViewDto;

/** What the page shows when `event` arrives while the answer to the first question is on its way. */
async function shownAfter(event: DatasetViewDto, answer: DatasetViewDto) {
  const queries = new QueryClient();
  const query = datasetQuery("Flights");
  const arrives = Promise.withResolvers<DatasetViewDto>();
  const asked = queries.fetchQuery({ ...query, queryFn: () => arrives.promise });
  queries.setQueryData(query.queryKey, event);
  arrives.resolve(answer);
  await asked;
  return queries.getQueryData(query.queryKey);
}

test("an answer that an event has overtaken does not take the page back to an older state", async () => {
  const completed = snapshot("COMPLETED", 2);
  expect(await shownAfter(completed, snapshot("RUNNING", 1))).toEqual(completed);
});

test("an answer newer than the event is shown", async () => {
  const completed = snapshot("COMPLETED", 3);
  expect(await shownAfter(snapshot("RUNNING", 2), completed)).toEqual(completed);
});
