import type { JsonInput } from "../server/json-protocol.ts";

const WRITE_UNIT_BYTES = 1024;
const READ_UNIT_BYTES = 4096;

export function writeUnits(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / WRITE_UNIT_BYTES));
}

export function readUnits(bytes: number, consistent: boolean): number {
  return Math.max(1, Math.ceil(bytes / READ_UNIT_BYTES)) * (consistent ? 1 : 0.5);
}

export function wantsCapacity(input: JsonInput): boolean {
  const wanted = input.optionalString("ReturnConsumedCapacity") ?? "NONE";
  return wanted !== "NONE";
}

/** The member of the answer, where it was asked for. */
export function consumedCapacity(input: JsonInput, TableName: string, CapacityUnits: number) {
  return wantsCapacity(input) ? { ConsumedCapacity: { TableName, CapacityUnits } } : {};
}
