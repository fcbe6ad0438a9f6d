import { Problem } from "@letsdata/plugin-kit/problems";
import { signedIn } from "../authorise.ts";
import { requireConfig } from "./parse-config.ts";

export const viewAccessPolicy = signedIn.datasets.accessPolicy.handler(({ input }) => {
  requireConfig(input);
  throw new Problem("INTERNAL", "pending");
});
