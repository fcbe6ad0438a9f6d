import type { openApiDocument } from "@letsdata/api/openapi";
import { table } from "./markdown.ts";

type Document = Awaited<ReturnType<typeof openApiDocument>>;

const methods = ["get", "post", "put", "patch", "delete"] as const;

export function apiPage(document: Document): string {
  const operations = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    methods.flatMap((method) => {
      const operation = item?.[method];
      return operation ? [{ path, method, operation }] : [];
    }),
  );
  const tags = [...new Set(operations.map(({ operation }) => operation.tags?.[0] ?? "other"))].sort();
  return [
    "# API",
    "",
    "Generated from the contract in `packages/api/src/contract`. [openapi.json](openapi.json) has every field. Paths begin with `/api/v1`; send `Authorization: Bearer <API key>`. Errors are the [problems](problems.md) as `application/problem+json`.",
    "",
    ...tags.flatMap((tag) => [
      `## ${tag}`,
      "",
      table(
        ["call", "what it does", "parameters"],
        operations
          .filter(({ operation }) => (operation.tags?.[0] ?? "other") === tag)
          .map(({ path, method, operation }) => [
            `\`${method.toUpperCase()} ${path}\``,
            operation.summary ?? "",
            (operation.parameters ?? [])
              .flatMap((parameter) =>
                "name" in parameter && parameter.in === "query" ? [`\`${parameter.name}\``] : [],
              )
              .join(", "),
          ]),
      ),
      "",
    ]),
  ].join("\n");
}
