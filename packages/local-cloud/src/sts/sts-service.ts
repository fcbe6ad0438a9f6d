import type { Cloud } from "../cloud.ts";
import { notImplemented } from "../server/aws-error.ts";
import { readQueryInput, sendQueryError, sendQueryResult } from "../server/query-protocol.ts";
import type { Service } from "../server/service.ts";
import { assumeRole } from "./assume-role.ts";

const NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/";

export function stsService(cloud: Cloud): Service {
  return {
    name: "sts",
    deniedCode: "AccessDenied",
    resolve(request) {
      const { action, input } = readQueryInput(request);
      const { caller } = request;
      switch (action) {
        case "AssumeRole":
          // The trust policy decides together with the caller's policies, so the operation asks for itself.
          return {
            name: action,
            resource: input.optional("RoleArn") ?? "*",
            requirements: [],
            run: () =>
              sendQueryResult(request, NAMESPACE, action, assumeRole(cloud, input, caller, request.requestContext)),
          };
        case "GetCallerIdentity":
          // No permission is needed: AWS answers even under an explicit deny.
          return {
            name: action,
            resource: "*",
            requirements: [],
            run: () =>
              sendQueryResult(request, NAMESPACE, action, {
                UserId: caller.uniqueId,
                Account: caller.accountId,
                Arn: caller.arn,
              }),
          };
        default:
          throw notImplemented("sts", action);
      }
    },
    sendError: (target, error) => sendQueryError(target, NAMESPACE, error),
  };
}
