import { problemCatalogue } from "@letsdata/plugin-kit/problems";
import { table } from "./markdown.ts";

const actors = { customer: "you", aws: "the cloud service", system: "the system" } as const;
const retries = {
  never: "no",
  later: "yes, the system does so by itself",
  stop: "no, another worker goes on",
} as const;

export function problemsPage(): string {
  return [
    "# Problems",
    "",
    "Generated from `packages/plugin-kit/src/problems.ts`. The API answers them as RFC 9457 problem documents with this `code`.",
    "",
    table(
      ["code", "what happened", "what to do", "who acts", "does repeating help", "HTTP"],
      Object.entries(problemCatalogue).map(([code, entry]) => [
        `\`${code}\``,
        entry.title,
        entry.fix,
        actors[entry.actor],
        retries[entry.retry],
        String(entry.httpStatus),
      ]),
    ),
    "",
  ].join("\n");
}
