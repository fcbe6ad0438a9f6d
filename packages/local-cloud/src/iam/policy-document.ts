import { AwsError } from "../server/aws-error.ts";

export interface PolicyStatement {
  readonly sid: string | null;
  readonly effect: "Allow" | "Deny";
  readonly actions: readonly string[] | null;
  readonly notActions: readonly string[] | null;
  readonly resources: readonly string[] | null;
  readonly notResources: readonly string[] | null;
  readonly principals: PolicyPrincipals | null;
  readonly notPrincipals: PolicyPrincipals | null;
  readonly conditions: readonly PolicyCondition[];
}

export type PolicyPrincipals = "*" | Readonly<Record<string, readonly string[]>>;

export interface PolicyCondition {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
}

export interface PolicyDocument {
  readonly version: string;
  readonly statements: readonly PolicyStatement[];
}

export type PolicyUse = "identity" | "trust" | "resource";

const STATEMENT_MEMBERS = new Set([
  "Sid",
  "Effect",
  "Action",
  "NotAction",
  "Resource",
  "NotResource",
  "Principal",
  "NotPrincipal",
  "Condition",
]);
const OPERATOR =
  /^(ForAnyValue:|ForAllValues:)?(String(Not)?Equals(IgnoreCase)?|String(Not)?Like|Arn(Not)?(Equals|Like)|Bool|Null|IpAddress|NotIpAddress|BinaryEquals|Numeric((Not)?Equals|(Less|Greater)Than(Equals)?)|Date((Not)?Equals|(Less|Greater)Than(Equals)?))(IfExists)?$/;

/** Throws AwsError MalformedPolicyDocument (callers with another code for it pass theirs). */
export function parsePolicy(text: string, use: PolicyUse, errorCode = "MalformedPolicyDocument"): PolicyDocument {
  const refuse = (why: string): never => {
    throw new AwsError(errorCode, why, 400);
  };
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    return refuse("This policy contains invalid Json");
  }
  if (!isObject(raw)) return refuse("Syntax errors in policy.");
  for (const member of Object.keys(raw)) {
    if (!["Version", "Id", "Statement"].includes(member)) refuse(`Syntax error: unknown policy element ${member}.`);
  }
  const version = raw.Version ?? "2008-10-17";
  if (version !== "2012-10-17" && version !== "2008-10-17")
    return refuse("The policy must contain a valid version string");
  const list = Array.isArray(raw.Statement) ? raw.Statement : isObject(raw.Statement) ? [raw.Statement] : null;
  if (!list || (list.length === 0 && use !== "identity")) return refuse("Syntax errors in policy.");
  const statements = list.map((entry) => parseStatement(entry, use, refuse));
  return { version, statements };
}

function parseStatement(raw: unknown, use: PolicyUse, refuse: (why: string) => never): PolicyStatement {
  if (!isObject(raw)) return refuse("Syntax errors in policy.");
  for (const member of Object.keys(raw)) {
    if (!STATEMENT_MEMBERS.has(member)) refuse(`Syntax error: unknown statement element ${member}.`);
  }
  const effect = raw.Effect;
  if (effect !== "Allow" && effect !== "Deny")
    return refuse("Policy statement must contain a valid Effect: Allow or Deny.");
  const actions = strings(raw.Action, refuse);
  const notActions = strings(raw.NotAction, refuse);
  const resources = strings(raw.Resource, refuse);
  const notResources = strings(raw.NotResource, refuse);
  if ((actions === null) === (notActions === null)) refuse("Policy statement must contain actions.");
  for (const action of actions ?? notActions ?? []) {
    if (action !== "*" && !/^[A-Za-z0-9-]+:[A-Za-z0-9*?]+$/.test(action)) {
      refuse("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
    }
  }
  const hasPrincipal = raw.Principal !== undefined || raw.NotPrincipal !== undefined;
  if (use === "identity" && hasPrincipal) refuse("Policy document should not specify a principal.");
  if (use !== "identity" && !hasPrincipal) refuse("Missing required field Principal");
  if (use === "trust" && (resources || notResources)) refuse("Has prohibited field Resource");
  if (use !== "trust" && !resources && !notResources) refuse("Policy statement must contain resources.");
  for (const resource of resources ?? notResources ?? []) {
    if (resource !== "*" && !/^arn:[^:]*:[^:]*:[^:]*:[^:]*:.+/s.test(resource)) {
      refuse(`Resource ${resource} must be in ARN format or "*".`);
    }
  }
  return {
    sid: typeof raw.Sid === "string" ? raw.Sid : null,
    effect,
    actions,
    notActions,
    resources,
    notResources,
    principals: parsePrincipals(raw.Principal, refuse),
    notPrincipals: parsePrincipals(raw.NotPrincipal, refuse),
    conditions: parseConditions(raw.Condition, refuse),
  };
}

function parsePrincipals(raw: unknown, refuse: (why: string) => never): PolicyPrincipals | null {
  if (raw === undefined) return null;
  if (raw === "*") return "*";
  if (!isObject(raw)) return refuse("Invalid principal in policy");
  const principals: Record<string, readonly string[]> = {};
  for (const [kind, value] of Object.entries(raw)) {
    if (!["AWS", "Service", "Federated", "CanonicalUser"].includes(kind))
      refuse(`Invalid principal in policy: "${kind}"`);
    const values = strings(value, refuse);
    if (!values || values.length === 0) return refuse("Invalid principal in policy");
    for (const entry of values) {
      const wellFormed =
        kind !== "AWS" ||
        entry === "*" ||
        /^\d{12}$/.test(entry) ||
        /^arn:aws[a-z-]*:(iam|sts)::\d{12}:(root|user\/[^*]+|role\/[^*]+|assumed-role\/[^*/]+\/[^*/]+)$/.test(entry);
      if (!wellFormed) refuse(`Invalid principal in policy: "AWS":"${entry}"`);
    }
    principals[kind] = values;
  }
  return principals;
}

function parseConditions(raw: unknown, refuse: (why: string) => never): PolicyCondition[] {
  if (raw === undefined) return [];
  if (!isObject(raw)) return refuse("Syntax errors in policy.");
  const conditions: PolicyCondition[] = [];
  for (const [operator, keys] of Object.entries(raw)) {
    if (!OPERATOR.test(operator)) refuse(`Invalid Condition type : ${operator}.`);
    if (!isObject(keys)) return refuse("Syntax errors in policy.");
    for (const [key, value] of Object.entries(keys)) {
      if (!key.includes(":")) refuse(`Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.`);
      const list = Array.isArray(value) ? value : [value];
      if (!list.every((entry) => ["string", "number", "boolean"].includes(typeof entry)))
        refuse("Syntax errors in policy.");
      conditions.push({ operator, key, values: list.map(String) });
    }
  }
  return conditions;
}

function strings(raw: unknown, refuse: (why: string) => never): string[] | null {
  if (raw === undefined) return null;
  const list = Array.isArray(raw) ? raw : [raw];
  return list.every((entry) => typeof entry === "string") ? list : refuse("Syntax errors in policy.");
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
