import { componentAccess } from "@letsdata/access/component-access";
import { writeConnectorOf } from "@letsdata/access/connector-runtimes";
import type { Installation } from "@letsdata/access/installation";
import type { Database } from "@letsdata/database/database";
import type { ClaimedTask } from "@letsdata/database/stores/claim-tasks";
import { hasOutputToRemove, outputRemoved } from "@letsdata/database/stores/output-to-remove";
import type { DatasetContext } from "./dataset-contexts.ts";
import type { RunningTask } from "./running-tasks.ts";

export interface RemoveEarlierOutput {
  readonly database: Database;
  readonly installation: Installation;
  readonly context: DatasetContext;
  readonly claimed: ClaimedTask;
  readonly running: RunningTask;
  /** Throws Problem LEASE_LOST. */
  readonly confirmLease: () => Promise<void>;
}

/**
 * The attempt behind a redrive from the beginning removes what earlier ones wrote, where the target can tell it apart. The mark goes between
 * the removal and the first document: whoever dies before leaves it to the next attempt, and behind it nothing is removed that an attempt
 * after the redrive wrote. False: the attempt was asked to stop meanwhile.
 */
export async function removeEarlierOutput(input: RemoveEarlierOutput): Promise<boolean> {
  const { database, installation, context, claimed, running, confirmLease } = input;
  const { taskId, attempt, checkpoint, lease } = claimed;
  // Most attempts, without a question to the database.
  if (attempt === 1 || checkpoint.position !== null) return true;
  if (!(await hasOutputToRemove(database, taskId))) return true;
  const { config, owner, tenantId, datasetId, datasetName } = context;
  const access = componentAccess(installation, config, owner, "writeConnector");
  const task = { tenantId, datasetId, datasetName, taskId, attempt };
  const { lost, drain } = running;
  const signal = AbortSignal.any([lost.signal, drain.signal]);
  try {
    await writeConnectorOf(config).removeTaskOutput?.(
      { config: config.writeConnector, access, task, confirmLease },
      signal,
    );
    await outputRemoved(database, taskId, lease);
  } catch (thrown) {
    if (drain.signal.aborted && !lost.signal.aborted) return false;
    throw thrown;
  }
  return true;
}
