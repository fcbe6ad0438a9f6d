import { GetIndexCommand, type Index, PutVectorsCommand, S3VectorsClient } from "@aws-sdk/client-s3vectors";
import { clientFor } from "@letsdata/aws/client-for";
import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import { accessFindings } from "../access-finding.ts";
import { indexArn, namesOf, type VectorIndexTarget } from "./permissions.ts";
import { indexFindings } from "./vector-index.ts";

/** Fits no index: S3 Vectors checks rights first, then refuses it, and nothing is written. */
const VECTOR_WITHOUT_NUMBERS = { key: "letsdata-access-check", data: { float32: [] } };

export async function checkS3VectorsWrite(config: VectorIndexTarget, access: CloudAccess, signal: AbortSignal) {
  const s3Vectors = clientFor(S3VectorsClient, access);
  const options = { abortSignal: signal };
  const place = { path: "writeConnector.indexName", resource: indexArn(config, access) };
  let index: Index | undefined;
  const findings = await accessFindings(
    [
      {
        ...place,
        action: "s3vectors:GetIndex",
        call: async () => {
          ({ index } = await s3Vectors.send(new GetIndexCommand(namesOf(config)), options));
        },
      },
      {
        ...place,
        action: "s3vectors:PutVectors",
        isGranted: (problem) => problem.code === "CLOUD_CALL_REFUSED",
        call: () =>
          s3Vectors.send(new PutVectorsCommand({ ...namesOf(config), vectors: [VECTOR_WITHOUT_NUMBERS] }), options),
      },
    ],
    signal,
  );
  return index === undefined ? findings : [...findings, ...indexFindings(config, index)];
}
