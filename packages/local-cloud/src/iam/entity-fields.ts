import { AwsError } from "../server/aws-error.ts";
import type { QueryInput } from "../server/query-protocol.ts";

export const NAME = /^[\w+=,.@-]{1,128}$/;
const ROLE_NAME_LENGTH_MAX = 64;

export function entityName(input: QueryInput, parameter: string): string {
  const name = input.required(parameter, NAME);
  if (parameter !== "PolicyName" && name.length > ROLE_NAME_LENGTH_MAX) {
    throw new AwsError(
      "ValidationError",
      `1 validation error detected: Value '${name}' at '${parameter.charAt(0).toLowerCase()}${parameter.slice(1)}' failed to satisfy constraint: Member must have length less than or equal to 64`,
    );
  }
  return name;
}

export function entityPath(input: QueryInput): string {
  const path = input.optional("Path") ?? "/";
  if (!/^\/([\x21-\x7e]+\/)?$/.test(path)) {
    throw new AwsError(
      "ValidationError",
      "The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters.",
    );
  }
  return path;
}

export function noSuchEntity(kind: string, name: string): AwsError {
  return new AwsError("NoSuchEntity", `The ${kind} with name ${name} cannot be found.`, 404);
}

export function alreadyExists(kind: string, name: string): AwsError {
  return new AwsError("EntityAlreadyExists", `${kind} with name ${name} already exists.`, 409);
}

export function deleteConflict(why: string): AwsError {
  return new AwsError("DeleteConflict", `Cannot delete entity, ${why}`, 409);
}

export function isoDate(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+Z$/, "Z");
}

/** IAM returns documents percent-encoded. */
export function encodedDocument(text: string): string {
  return encodeURIComponent(text);
}
