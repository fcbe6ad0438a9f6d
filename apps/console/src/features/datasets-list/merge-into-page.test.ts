import type { DatasetSummaryDto } from "@letsdata/api/contract/dataset-dto";
import { expect, it } from "vitest";
import { mergeIntoPage } from "./merge-into-page.ts";

const summary = (datasetId: string, updateDatetime: number) => ({ datasetId, updateDatetime }) as DatasetSummaryDto;

it("a pushed summary replaces its row in place; an older one and a stranger change nothing", () => {
  const page = { items: [summary("a", 5), summary("b", 5)], nextCursor: null };
  const merged = mergeIntoPage(page, [summary("b", 6), summary("a", 4), summary("c", 9)]);
  expect(merged.items).toEqual([summary("a", 5), summary("b", 6)]);
});
