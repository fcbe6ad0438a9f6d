"use client";
import { createApiClient } from "@letsdata/api/client";
import { createTanstackQueryUtils } from "@orpc/tanstack-query";

const origin = typeof window === "undefined" ? "http://localhost" : window.location.origin;

/** The API as the CLI and customers' programs use it. */
export const client = createApiClient({ url: `${origin}/api/v1` });

/** The same, as options for TanStack Query. */
export const api = createTanstackQueryUtils(client);
