import { z } from "zod";
import { epochMilliseconds, operation, writes } from "./operation.ts";

export const apiKeyScopeDto = z.enum(["read", "all"]);

export const apiKeyDto = z.object({
  id: z.string(),
  name: z.string(),
  scope: apiKeyScopeDto,
  /** First characters, to recognise it by. */
  start: z.string().nullable(),
  createDatetime: epochMilliseconds,
  expires: epochMilliseconds.nullable(),
  lastUsed: epochMilliseconds.nullable(),
});

export const apiKeys = {
  list: operation
    .route({ method: "GET", path: "/api-keys", summary: "List your API keys", tags: ["api-keys"] })
    .output(z.object({ items: z.array(apiKeyDto), nextCursor: z.string().nullable() })),
  create: operation
    .meta(writes)
    .route({ method: "POST", path: "/api-keys", successStatus: 201, summary: "Make an API key", tags: ["api-keys"] })
    .input(
      z.object({
        name: z.string().trim().min(1).max(64),
        scope: apiKeyScopeDto,
        expires: z.number().int().optional().describe("epoch milliseconds; at least one day ahead"),
      }),
    )
    .output(apiKeyDto.extend({ key: z.string().describe("shown once") })),
  delete: operation
    .meta(writes)
    .route({
      method: "DELETE",
      path: "/api-keys/{id}",
      inputStructure: "detailed",
      summary: "Delete an API key",
      tags: ["api-keys"],
    })
    .input(z.object({ params: z.object({ id: z.string().min(1).max(64) }) }))
    .output(z.object({ deleted: z.literal(true) })),
};

export type ApiKeyDto = z.infer<typeof apiKeyDto>;
