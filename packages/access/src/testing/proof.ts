import { customerPermissions } from "@letsdata/dataset/access-policy";
import type { DatasetConfig } from "@letsdata/dataset/dataset-config";
import type { OwnedThing } from "@letsdata/dataset/resource-owners";
import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import type { AccessFinding, Permission } from "@letsdata/plugin-kit/permissions";
import { expect } from "vitest";
import { checkComponent } from "../check-component.ts";
import { componentAccess } from "../component-access.ts";
import { connectorPermissions } from "../permission-source.ts";
import type { Components, ProofCloud } from "./proof-cloud.ts";

/** What is the customer's in one dataset, and the work of it that the generated policy must be enough for. */
export interface Proof {
  readonly thing: OwnedThing;
  /** The connector's or compute engine's name in its catalogue. */
  readonly destination?: string;
  readonly about: string;
  /** Makes the customer's resources, called `name`. */
  prepare(name: string, customer: CloudAccess): Promise<Components>;
  run(config: DatasetConfig, access: CloudAccess, name: string): Promise<unknown>;
  /** Actions on keys of encrypted resources, which no configuration names: the check finds them. */
  readonly found?: readonly string[];
  /** Behind it is a server that nobody runs here: only findings with a statement count. */
  readonly needsServer?: true;
}

const signal = new AbortController().signal;

/**
 * The generated policy, with what the check found missing of keys, is enough for the row's work; without any one of its actions the
 * check names that action, and is content once the statement is added as told.
 */
export async function provePolicy(proof: ProofCloud, row: Proof, name: string): Promise<void> {
  const config = proof.config(await row.prepare(name, proof.customer), name);
  const check = async () => {
    const findings = await checkComponent(proof.installation, config, proof.owner, row.thing, signal);
    return findings.filter(({ statement }) => statement || !row.needsServer);
  };

  const stated = customerPermissions(config, row.thing, connectorPermissions);
  await proof.grant(name, stated);
  const first = await check();
  expect(actionsOf(first)).toEqual(new Set(row.found ?? []));
  const needed = [...stated, ...first.flatMap(permissionToAdd)];
  await proof.regrant(name, needed);
  expect(await check()).toEqual([]);
  await row.run(config, componentAccess(proof.installation, config, proof.owner, row.thing), name);

  for (const [place, { actions }] of needed.entries())
    for (const action of actions) {
      const less = { ...needed[place]!, actions: actions.filter((one) => one !== action) };
      const rest = needed.with(place, less);
      await proof.regrant(name, rest);
      const findings = await check();
      expect(actionsOf(findings), `${action} taken away`).toContain(action);
      await proof.regrant(name, [...rest, ...findings.flatMap(permissionToAdd)]);
      expect(await check(), `${action} added as told`).toEqual([]);
    }
}

export function actionsOf(findings: readonly AccessFinding[]): Set<string> {
  return new Set(findings.flatMap(({ statement }) => statement?.Action ?? []));
}

function permissionToAdd({ statement }: AccessFinding): readonly Permission[] {
  if (!statement) return [];
  return [{ actions: [statement.Action].flat(), resources: [statement.Resource ?? []].flat(), reason: "found" }];
}
