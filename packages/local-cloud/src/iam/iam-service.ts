import type { Cloud } from "../cloud.ts";
import { notImplemented } from "../server/aws-error.ts";
import { readQueryInput, sendQueryError, sendQueryResult } from "../server/query-protocol.ts";
import type { Service } from "../server/service.ts";
import type { IamOperation } from "./iam-operation.ts";
import { policyOperations } from "./policy-operations.ts";
import { roleOperations } from "./role-operations.ts";
import { userOperations } from "./user-operations.ts";

const NAMESPACE = "https://iam.amazonaws.com/doc/2010-05-08/";

export function iamService(cloud: Cloud): Service {
  const operations: Readonly<Record<string, IamOperation>> = {
    ...roleOperations(cloud),
    ...userOperations(cloud),
    ...policyOperations(cloud),
  };
  return {
    name: "iam",
    deniedCode: "AccessDenied",
    resolve(request) {
      const { action, input } = readQueryInput(request);
      const operation = Object.hasOwn(operations, action) ? operations[action] : undefined;
      if (!operation) throw notImplemented("iam", action);
      const resource = operation.resource(input, request.caller);
      return {
        name: action,
        resource,
        requirements: [{ action: `iam:${action}`, resource }],
        run: () => sendQueryResult(request, NAMESPACE, action, operation.run(input, request.caller)),
      };
    },
    sendError: (target, error) => sendQueryError(target, NAMESPACE, error),
  };
}
