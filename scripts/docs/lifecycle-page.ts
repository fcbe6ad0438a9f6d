import {
  datasetEvents,
  datasetStatuses,
  datasetTransitions,
  statusGroups,
  taskTransitions,
} from "@letsdata/dataset/lifecycle";
import { table } from "./markdown.ts";

export function lifecyclePage(): string {
  const edges = new Map<string, string[]>();
  for (const event of datasetEvents) {
    for (const [from, to] of Object.entries(datasetTransitions[event])) {
      if (to === "=" || to === "<") continue;
      const key = `${from} --> ${to}`;
      edges.set(key, [...(edges.get(key) ?? []), event]);
    }
  }
  const transitions = datasetEvents.map((event) => [
    `\`${event}\``,
    Object.entries(datasetTransitions[event])
      .map(([from, to]) => `${from} → ${to === "=" ? "stays" : to === "<" ? "the status before" : to}`)
      .join("<br>"),
  ]);
  return [
    "# Lifecycle",
    "",
    "Generated from `packages/dataset/src/lifecycle.ts`.",
    "",
    "```mermaid",
    "stateDiagram-v2",
    ...[...edges].map(([edge, events]) => `  ${edge}: ${events.join(", ")}`),
    "```",
    "",
    "## Dataset events",
    "",
    table(["event", "from → to"], transitions),
    "",
    "## How the console groups the statuses",
    "",
    table(
      ["group", "statuses"],
      Object.entries(statusGroups).map(([group, statuses]) => [group, statuses.join(", ")]),
    ),
    "",
    `All ${datasetStatuses.length} statuses: ${datasetStatuses.join(", ")}.`,
    "",
    "## Task events",
    "",
    table(
      ["event", "from → to"],
      Object.entries(taskTransitions).map(([event, row]) => [
        `\`${event}\``,
        Object.entries(row)
          .map(([from, to]) => `${from} → ${to}`)
          .join("<br>"),
      ]),
    ),
    "",
  ].join("\n");
}
