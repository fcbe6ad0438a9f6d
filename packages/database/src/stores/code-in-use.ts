import type { Queryable } from "../database.ts";

/** The code that attempts of a dataset run, or begin with. */
export interface CodeInUse {
  readonly datasetId: string;
  readonly codeVersion: number;
  /** SHA-256 of that version's packed artifact, hex; null before it was loaded. */
  readonly codeDigest: string | null;
  /** Versions that attempts under way began with. */
  readonly runningVersions: readonly number[];
}

/** Of those of the datasets that are there and not DELETED. */
export function codeInUse(db: Queryable, datasetIds: readonly string[]): Promise<CodeInUse[]> {
  return db.$queryRaw<CodeInUse[]>`
    SELECT d.id AS "datasetId", d.code_version AS "codeVersion", d.code_digest AS "codeDigest",
      ARRAY(SELECT DISTINCT a.code_version FROM task t JOIN task_attempt a ON a.task_id = t.id AND a.attempt = t.attempt
        WHERE t.dataset_id = d.id AND t.status = 'RUNNING') AS "runningVersions"
    FROM dataset d WHERE d.id = ANY (${[...datasetIds]}::text[]) AND d.status <> 'DELETED'`;
}
