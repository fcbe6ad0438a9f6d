import type { IncomingMessage } from "node:http";
import type { Caller } from "../iam/caller.ts";
import type { ConditionContext } from "../iam/requirement.ts";

/** The global condition keys: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html */
export function requestContext(
  incoming: IncomingMessage,
  caller: Caller,
  region: string,
  now: number,
  issuedAt: number | null,
): ConditionContext {
  const context = new Map<string, readonly string[]>([
    ["aws:currenttime", [new Date(now).toISOString()]],
    ["aws:epochtime", [String(Math.floor(now / 1000))]],
    ["aws:securetransport", ["false"]],
    ["aws:sourceip", [incoming.socket.remoteAddress ?? "127.0.0.1"]],
    ["aws:useragent", [incoming.headers["user-agent"] ?? ""]],
    ["aws:requestedregion", [region]],
    [
      "aws:principaltype",
      [caller.kind === "user" ? "User" : caller.kind === "assumed-role" ? "AssumedRole" : "Anonymous"],
    ],
  ]);
  if (caller.kind === "anonymous") return context;
  context.set("aws:principalarn", [caller.principalArn]);
  context.set("aws:principalaccount", [caller.accountId]);
  context.set("aws:userid", [caller.uniqueId]);
  if (caller.userName !== null) context.set("aws:username", [caller.userName]);
  if (issuedAt !== null) context.set("aws:tokenissuetime", [new Date(issuedAt).toISOString()]);
  return context;
}
