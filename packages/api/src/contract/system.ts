import { z } from "zod";
import { jsonObject, operation } from "./operation.ts";

export const system = {
  health: operation
    .meta({ access: "public", writes: false })
    .route({ method: "GET", path: "/health", summary: "Is the installation up", tags: ["system"] })
    .output(z.object({ status: z.enum(["ok", "degraded"]), database: z.boolean(), version: z.string() })),
  schema: operation
    .meta({ access: "public", writes: false })
    .route({ method: "GET", path: "/schema", summary: "JSON Schema of a dataset configuration", tags: ["system"] })
    .output(jsonObject),
};
