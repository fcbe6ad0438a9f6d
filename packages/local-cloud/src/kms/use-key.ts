import type { Cloud } from "../cloud.ts";
import { authorise } from "../iam/authorise.ts";
import { AwsError } from "../server/aws-error.ts";
import type { CloudRequest } from "../server/service.ts";

/** Which service uses the key, and how it says that it may not or cannot. */
export interface KeyUser {
  /** As in `kms:ViaService`: sqs, kinesis, dynamodb. */
  readonly service: string;
  readonly deniedCode: string;
  readonly missingCode: string;
}

export type KeyUse = "read" | "write";

/**
 * What a service asks of a key in its caller's name, at the moment it needs the key: a request it refuses for another reason never
 * gets here. A key of AWS's own (`alias/aws/...`) lets everybody in who may use the service.
 */
export function useKey(
  { cloud, request }: { readonly cloud: Cloud; readonly request: CloudRequest },
  named: string | null | undefined,
  actions: readonly string[],
  { service, deniedCode, missingCode }: KeyUser,
): void {
  if (!named || isKeyOfAws(named)) return;
  try {
    const key = cloud.keys.find(named);
    const via = `${service}.${key.region}.amazonaws.com`;
    authorise(
      request.caller,
      actions.map((action) => cloud.keys.requirement(key, action, via)),
      request.requestContext,
      "AccessDeniedException",
    );
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const code = error.code === "NotFoundException" ? missingCode : deniedCode;
    throw new AwsError(code, error.message, 400);
  }
}

export function isKeyOfAws(named: string): boolean {
  return /(^|:)alias\/aws\//.test(named);
}
