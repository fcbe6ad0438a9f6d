import { join } from "node:path";

/** Modules that published handlers import and need not pack; also the run-time of the package `@letsdata/handler`. */
export const supportTree = join(import.meta.dirname, "support-tree");
