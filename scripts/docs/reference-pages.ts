import { openApiDocument } from "@letsdata/api/openapi";
import { datasetJsonSchema } from "@letsdata/dataset/json-schema";
import { apiPage } from "./api-page.ts";
import { configPage } from "./config-page.ts";
import { lifecyclePage } from "./lifecycle-page.ts";
import { metersPage } from "./meters-page.ts";
import { metricsPage } from "./metrics-page.ts";
import { problemsPage } from "./problems-page.ts";

/** File name → text of every generated page. */
export async function referencePages(): Promise<Readonly<Record<string, string>>> {
  const api = await openApiDocument();
  return {
    "api.md": apiPage(api),
    "config.md": configPage(),
    "dataset.schema.json": json(datasetJsonSchema()),
    "lifecycle.md": lifecyclePage(),
    "meters.md": metersPage(),
    "metrics.md": metricsPage(),
    "openapi.json": json(api),
    "problems.md": problemsPage(),
  };
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
