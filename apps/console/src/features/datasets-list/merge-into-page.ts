import type { DatasetSummaryDto } from "@letsdata/api/contract/dataset-dto";

interface Page {
  readonly items: DatasetSummaryDto[];
  readonly nextCursor: string | null;
}

/** The page with newer summaries in the same places; what is not on the page stays away. An older snapshot never wins. */
export function mergeIntoPage(page: Page, changed: readonly DatasetSummaryDto[]): Page {
  const byId = new Map(changed.map((dataset) => [dataset.datasetId, dataset]));
  const items = page.items.map((item) => {
    const newer = byId.get(item.datasetId);
    return newer && newer.updateDatetime >= item.updateDatetime ? newer : item;
  });
  return { ...page, items };
}
