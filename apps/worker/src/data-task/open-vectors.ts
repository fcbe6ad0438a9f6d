import { connectEndpoint } from "@letsdata/compute/lambda-and-sagemaker/connect-endpoint";
import { vectorisingHandler } from "@letsdata/compute/lambda-and-sagemaker/vectorising-handler";
import type { ComponentAssignment, TaskAssignment, VectorsAssignment } from "@letsdata/compute/task-protocol";
import type { LanguageHost } from "@letsdata/handlers/language-host";
import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import type { Handler } from "@letsdata/plugin-kit/handler";
import { Problem } from "@letsdata/plugin-kit/problems";

export interface VectorsInput {
  readonly assignment: TaskAssignment;
  readonly vectors: VectorsAssignment;
  readonly accessOf: (place: Pick<ComponentAssignment, "access">) => CloudAccess;
  readonly keep: <T extends { close(): Promise<void> }>(part: T) => T;
}

export interface OpenedVectors {
  readonly keepDocumentsFor: number | undefined;
  /** Puts texts, model and construction behind a read handler. */
  vectorise(handler: Handler): Handler;
}

/** The model and the customer's vectors handler of one attempt. */
export async function openVectors(
  { assignment, vectors: place, accessOf, keep }: VectorsInput,
  host: LanguageHost,
): Promise<OpenedVectors> {
  const { task, handler: code } = assignment;
  if (!host.openVectorsHandler) {
    throw new Problem("NOT_AVAILABLE_LOCALLY", `Vectors handlers in ${code.language} cannot run here yet.`);
  }
  const { artifactDir } = code;
  const { endpointName: endpoint, implementation } = place;
  const embed = await connectEndpoint(accessOf(place), endpoint);
  const vectors = keep(
    await host.openVectorsHandler({ artifactDir, implementation, dataset: task, taskId: task.taskId }),
  );
  return {
    keepDocumentsFor: vectors.keepDocumentsFor,
    vectorise: (handler) => vectorisingHandler({ handler, vectors, embed, endpoint }),
  };
}
