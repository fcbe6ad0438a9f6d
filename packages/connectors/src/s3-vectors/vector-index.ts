import { GetIndexCommand, type Index, S3VectorsClient } from "@aws-sdk/client-s3vectors";
import { classifyAwsError } from "@letsdata/aws/classify-error";
import { clientFor } from "@letsdata/aws/client-for";
import { withRetry } from "@letsdata/aws/with-retry";
import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import { Problem, type ProblemDetail } from "@letsdata/plugin-kit/problems";
import { indexArn, namesOf, type VectorIndexTarget } from "./permissions.ts";

/** null when there is no such index. */
export async function findIndex(
  config: VectorIndexTarget,
  access: CloudAccess,
  signal?: AbortSignal,
): Promise<Index | null> {
  const s3Vectors = clientFor(S3VectorsClient, access);
  const options = signal === undefined ? {} : { abortSignal: signal };
  const call = { action: "s3vectors:GetIndex", resource: indexArn(config, access) };
  try {
    const answer = await withRetry(() => s3Vectors.send(new GetIndexCommand(namesOf(config)), options), {
      call,
      ...(signal === undefined ? {} : { signal }),
    });
    return answer.index ?? null;
  } catch (thrown) {
    const problem = classifyAwsError(thrown, call);
    if (problem.code === "RESOURCE_NOT_FOUND") return null;
    throw problem;
  }
}

/** Findings for what the index has otherwise than configured: it was fixed when the index was made. */
export function indexFindings(config: VectorIndexTarget, index: Index): readonly ProblemDetail[] {
  const checks = [
    ["numDimensions", config.numDimensions, index.dimension],
    ["distanceMetric", config.distanceMetric, index.distanceMetric?.toUpperCase()],
  ] as const;
  return checks
    .filter(([, wanted, actual]) => wanted !== actual)
    .map(([attribute, , actual]) => ({
      path: `writeConnector.${attribute}`,
      code: "CONFIG_INVALID",
      message: `The ${attribute === "numDimensions" ? "length of the index's vectors" : "distance of the index"} is ${actual}.`,
      fix: `Set ${attribute} to ${actual}, or name another index.`,
    }));
}

/** The index as configured. Throws RESOURCE_NOT_FOUND, CONFIG_INVALID. */
export async function configuredIndex(config: VectorIndexTarget, access: CloudAccess): Promise<Index> {
  const index = await findIndex(config, access);
  if (!index) {
    throw new Problem("RESOURCE_NOT_FOUND", `${indexArn(config, access)} does not exist.`, {
      path: "writeConnector.indexName",
    });
  }
  const [finding] = indexFindings(config, index);
  if (finding) throw new Problem("CONFIG_INVALID", finding.message, { path: finding.path });
  return index;
}
