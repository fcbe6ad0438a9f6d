import type { Cloud } from "../cloud.ts";
import { AwsError } from "../server/aws-error.ts";
import { encodedDocument, entityName, noSuchEntity } from "./entity-fields.ts";
import type { IamOperation } from "./iam-operation.ts";
import type { Role, User } from "./iam-state.ts";
import { parsePolicy } from "./policy-document.ts";

const ATTACHED_MAX = 10;

/** The inline and attached policy calls, which exist alike for roles and users. */
export function principalPolicyOperations<P extends User | Role>(
  cloud: Cloud,
  kind: "Role" | "User",
  resource: IamOperation["resource"],
  find: (name: string, accountId: string) => P,
  save: (principal: P) => void,
): Record<string, IamOperation> {
  const inlineBytesMax = kind === "Role" ? 10_240 : 2048;
  const parameter = `${kind}Name`;
  const findFor: (...args: Parameters<IamOperation["run"]>) => P = (input, caller) =>
    find(entityName(input, parameter), caller.accountId);
  return {
    [`Put${kind}Policy`]: {
      resource,
      run: (input, caller) => {
        const principal = findFor(input, caller);
        const document = input.required("PolicyDocument");
        parsePolicy(document, "identity");
        const name = entityName(input, "PolicyName");
        const all = { ...principal.inlinePolicies, [name]: document };
        const size = Object.values(all).reduce((sum, text) => sum + text.replace(/\s/g, "").length, 0);
        if (size > inlineBytesMax) {
          throw new AwsError(
            "LimitExceeded",
            `Maximum policy size of ${inlineBytesMax} bytes exceeded for ${kind.toLowerCase()} ${principal.name}`,
            409,
          );
        }
        save({ ...principal, inlinePolicies: all });
        return {};
      },
    },
    [`Get${kind}Policy`]: {
      resource,
      run: (input, caller) => {
        const principal = findFor(input, caller);
        const name = entityName(input, "PolicyName");
        const document = principal.inlinePolicies[name];
        if (document === undefined) throw noSuchEntity(`${kind.toLowerCase()} policy`, name);
        return { [parameter]: principal.name, PolicyName: name, PolicyDocument: encodedDocument(document) };
      },
    },
    [`List${kind}Policies`]: {
      resource,
      run: (input, caller) => ({
        PolicyNames: { member: Object.keys(findFor(input, caller).inlinePolicies).sort() },
        IsTruncated: false,
      }),
    },
    [`Delete${kind}Policy`]: {
      resource,
      run: (input, caller) => {
        const principal = findFor(input, caller);
        const name = entityName(input, "PolicyName");
        const { [name]: document, ...rest } = principal.inlinePolicies;
        if (document === undefined) throw noSuchEntity(`${kind.toLowerCase()} policy`, name);
        save({ ...principal, inlinePolicies: rest });
        return {};
      },
    },
    [`Attach${kind}Policy`]: {
      resource,
      run: (input, caller) => {
        const principal = findFor(input, caller);
        const arn = input.required("PolicyArn");
        const ownOrAws = arn.startsWith(`arn:aws:iam::${caller.accountId}:`) || arn.startsWith("arn:aws:iam::aws:");
        if (!ownOrAws || cloud.iam.documentText(arn) === null) {
          throw new AwsError("NoSuchEntity", `Policy ${arn} does not exist or is not attachable.`, 404);
        }
        if (principal.attachedPolicyArns.includes(arn)) return {};
        if (principal.attachedPolicyArns.length >= ATTACHED_MAX) {
          throw new AwsError("LimitExceeded", `Cannot exceed quota for PoliciesPer${kind}: ${ATTACHED_MAX}`, 409);
        }
        save({ ...principal, attachedPolicyArns: [...principal.attachedPolicyArns, arn] });
        return {};
      },
    },
    [`Detach${kind}Policy`]: {
      resource,
      run: (input, caller) => {
        const principal = findFor(input, caller);
        const arn = input.required("PolicyArn");
        if (!principal.attachedPolicyArns.includes(arn))
          throw new AwsError("NoSuchEntity", `Policy ${arn} was not found.`, 404);
        save({ ...principal, attachedPolicyArns: principal.attachedPolicyArns.filter((entry) => entry !== arn) });
        return {};
      },
    },
    [`ListAttached${kind}Policies`]: {
      resource,
      run: (input, caller) => ({
        AttachedPolicies: {
          member: findFor(input, caller).attachedPolicyArns.map((arn) => ({
            PolicyName: arn.split("/").at(-1),
            PolicyArn: arn,
          })),
        },
        IsTruncated: false,
      }),
    },
  };
}
