import { probeRole } from "@letsdata/aws/probe-role";
import type { DatasetConfig } from "@letsdata/dataset/dataset-config";
import {
  needsAccessGrant,
  type OwnedThing,
  ownedThings,
  ownerOf,
  pathOfThing,
  thingsMade,
} from "@letsdata/dataset/resource-owners";
import type { AccessFinding } from "@letsdata/plugin-kit/permissions";
import { asProblem } from "@letsdata/plugin-kit/problems";
import { checkComponent } from "./check-component.ts";
import { assumeAccessGrantInput, type DatasetOwner } from "./component-access.ts";
import type { Installation } from "./installation.ts";

/** Tries the access with the smallest real calls; empty = all is well. Throws only what a later repetition may cure. */
export async function checkAccess(
  installation: Installation,
  config: DatasetConfig,
  owner: DatasetOwner,
  signal: AbortSignal,
): Promise<readonly AccessFinding[]> {
  const refused = await collected("accessGrantRoleArn", () => checkGrant(installation, config, owner, signal));
  if (refused.length > 0) return refused;
  const things = ownedThings.filter((thing) => isToBeChecked(config, thing));
  const findings = await Promise.all(
    things.map((thing) =>
      collected(pathOfThing[thing], () => checkComponent(installation, config, owner, thing, signal)),
    ),
  );
  return findings.flat();
}

/** The access grant role lets the dataset's user in with the user's id as external id, and not without or with another. */
export async function checkGrant(
  installation: Installation,
  config: DatasetConfig,
  owner: DatasetOwner,
  signal: AbortSignal,
): Promise<readonly AccessFinding[]> {
  if (!needsAccessGrant(config)) return [];
  const { externalId: _, ...grant } = assumeAccessGrantInput(installation, config, owner, owner.userId);
  const { userId: externalId, iamUserArn: trustedPrincipalArn } = owner;
  return probeRole({ ...grant, externalId, trustedPrincipalArn, path: "accessGrantRoleArn" }, signal);
}

/** What LetsData will make has nothing to check yet; what it reads with its own rights has. */
function isToBeChecked(config: DatasetConfig, thing: OwnedThing): boolean {
  const owner = ownerOf(config, thing);
  return owner === "Customer" || (owner === "LetsData" && !thingsMade.has(thing));
}

async function collected(
  path: string,
  check: () => Promise<readonly AccessFinding[]>,
): Promise<readonly AccessFinding[]> {
  try {
    return await check();
  } catch (thrown) {
    const problem = asProblem(thrown);
    if (problem.entry.retry === "later" || problem.code === "INTERNAL") throw problem;
    if (problem.errors.length > 0) return problem.errors;
    return [{ path: problem.path ?? path, code: problem.code, message: problem.message, fix: problem.entry.fix }];
  }
}
