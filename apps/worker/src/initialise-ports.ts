import { createHash, randomUUID } from "node:crypto";
import { checkGrant } from "@letsdata/access/check-access";
import { checkComponent } from "@letsdata/access/check-component";
import { componentAccess, scopeOf } from "@letsdata/access/component-access";
import { errorConnectorOf, writeConnectorOf } from "@letsdata/access/connector-runtimes";
import { planSource } from "@letsdata/access/plan-source";
import { type AssumeRoleInput, assumeRole } from "@letsdata/aws/assume-role";
import { putRole, waitForPropagation } from "@letsdata/aws/identity-roles";
import { provisionBucket } from "@letsdata/connectors/s3/provision";
import { saveDatasetResources } from "@letsdata/database/stores/dataset-store";
import { beginPlan } from "@letsdata/database/stores/initial-plan";
import type { DatasetConfig } from "@letsdata/dataset/dataset-config";
import type { InitialisePorts } from "@letsdata/dataset/initialise";
import { generatedNames } from "@letsdata/dataset/names";
import type { ManifestInput } from "@letsdata/dataset/plan-tasks";
import { customerAccessTrustPolicy, policyOf } from "@letsdata/dataset/policy-documents";
import { ownerOf } from "@letsdata/dataset/resource-owners";
import { Problem } from "@letsdata/plugin-kit/problems";
import type { DatasetContext } from "./dataset-contexts.ts";
import { describeHandlers } from "./dataset-handler.ts";
import type { WorkerDependencies } from "./dependencies.ts";
import { insertPlans } from "./insert-plans.ts";
import { manifestInput } from "./manifest-input.ts";
import { makeModelEndpoint, modelFindings } from "./model-endpoint.ts";
import { intermediateBucket } from "./spark/intermediate-bucket.ts";

/** The real world of an initialisation: AWS calls, a sandboxed process for the handler, rows in the database. */
export function initialisePorts(
  dependencies: WorkerDependencies,
  context: DatasetContext & { readonly externalId: string },
): InitialisePorts {
  const { installation, database, artifacts, pool } = dependencies;
  const { config, owner, datasetId } = context;
  const accessRole = generatedNames(installation.stage, datasetId).customerAccessRole;
  const accessRoleArn = `arn:aws:iam::${installation.accountId}:role/${accessRole}`;
  let planned = 0;
  // One for both passes, which read the same object.
  let manifest: ManifestInput | undefined;

  return {
    checkGrant: (signal) => checkGrant(installation, config, owner, signal),

    checkAccess: async (thing, signal) => [
      ...(thing === "modelFile" ? modelFindings(config) : []),
      ...(await checkComponent(installation, config, owner, thing, signal)),
    ],

    async loadArtifact() {
      // A repeated initialisation takes the object as it is now: the one before may have failed because of it.
      await artifacts.remove(datasetId);
      const { artifactDir, digest } = await artifacts.open({ ...context, expectedDigest: null });
      await describeHandlers(pool, config, artifactDir);
      await saveDatasetResources(database, datasetId, { codeDigest: digest });
    },

    openManifest(signal) {
      manifest ??= manifestInput(installation, context, signal);
      return manifest.open();
    },

    provision(component, signal) {
      if (component === "endpoint") return makeModelEndpoint(installation, context, signal);
      const access = componentAccess(installation, config, owner, component);
      return component === "writeConnector"
        ? writeConnectorOf(config).provision(config.writeConnector, access, signal)
        : errorConnectorOf(config).provision(config.errorConnector, access, signal);
    },

    provisionIntermediate: (signal) => provisionBucket(...intermediateBucket(installation, context), signal),

    makeCustomerAccessRole(signal) {
      const { customerAccountForAccess } = config;
      if (!customerAccountForAccess) throw new Problem("CONFIG_INVALID", "customerAccountForAccess is missing.");
      const permissions = [
        ...(ownerOf(config, "writeConnector") === "LetsData"
          ? writeConnectorOf(config).readPermissions(
              config.writeConnector,
              scopeOf(installation, config, "writeConnector"),
            )
          : []),
        ...(ownerOf(config, "errorConnector") === "LetsData"
          ? errorConnectorOf(config).readPermissions(
              config.errorConnector,
              scopeOf(installation, config, "errorConnector"),
            )
          : []),
      ];
      return putRole(
        installation,
        {
          name: accessRole,
          description: `Lets account ${customerAccountForAccess} read what dataset ${context.datasetName} wrote`,
          trust: customerAccessTrustPolicy(customerAccountForAccess, context.externalId),
          // Of a target that is read with credentials of its own there is nothing to allow, and IAM takes no empty policy.
          policies: permissions.length === 0 ? {} : { ReadResults: policyOf(permissions) },
          tags: { "letsdata:datasetId": datasetId },
        },
        signal,
      );
    },

    assumeCustomerAccess: (externalId, signal) =>
      waitForPropagation(
        () =>
          isAssumed(
            {
              from: installation.credentials,
              region: installation.region,
              endpoint: installation.endpoint,
              roleArn: accessRoleArn,
              sessionName: "letsdata-probe",
              ...(externalId === undefined ? {} : { externalId }),
            },
            signal,
          ),
        signal,
      ),

    planSource: (signal) => planSource(installation, config, owner, new Map(), signal),

    async beginPlan(manifestFingerprint, signal) {
      const plan = manifestFingerprint === null ? randomUUID() : planName(manifestFingerprint, config);
      await beginPlan(database, datasetId, plan, signal);
      return plan;
    },

    async insertTasks(tasks, plan) {
      const firstOrdinal = planned;
      planned += tasks.length;
      await insertPlans(database, context, tasks, { firstOrdinal, plan });
    },
  };
}

/** The same wherever the same tasks are made: they hold parts of the manifest and of the configuration. */
function planName(manifestFingerprint: string, config: DatasetConfig): string {
  return createHash("sha256")
    .update(JSON.stringify([manifestFingerprint, config], sortedKeys))
    .digest("hex");
}

/** The database gives an object's keys back in another order than they were stored in. */
function sortedKeys(_: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

async function isAssumed(input: AssumeRoleInput, signal: AbortSignal): Promise<"assumed" | "refused"> {
  try {
    await assumeRole(input, signal);
    return "assumed";
  } catch (error) {
    if (error instanceof Problem && error.code === "ACCESS_DENIED") return "refused";
    throw error;
  }
}
