import { oc } from "@orpc/contract";
import { z } from "zod";

export interface OperationMeta extends Record<string, unknown> {
  /** Who may call: anybody, every signed-in user, or only a TenantAdmin. */
  readonly access: "public" | "user" | "admin";
  /** Changes something: API keys of scope `read` are refused. */
  readonly writes: boolean;
}

/** Where every operation starts: signed-in users, read only, unless it says otherwise. */
export const operation = oc.$meta<OperationMeta>({ access: "user", writes: false });

/** Meta of an operation that changes something. */
export const writes = { access: "user", writes: true } as const satisfies OperationMeta;

/** `{dataset}` of a path: datasetName (any case) or datasetId. */
export const datasetReference = z.string().min(1).max(128).describe("datasetName or datasetId");

export const jsonObject = z.record(z.string(), z.unknown());

/** Epoch milliseconds. */
export const epochMilliseconds = z.number().int().describe("epoch milliseconds");
