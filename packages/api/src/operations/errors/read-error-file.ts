import { findErrorFile } from "@letsdata/database/stores/error-file-store";
import { Problem } from "@letsdata/plugin-kit/problems";
import { type ErrorRecordDto, errorRecordDto } from "../../contract/error-dto.ts";
import type { CallerContext } from "../context.ts";
import { requireDataset } from "../datasets/require-dataset.ts";

/** All records of a registered file. Throws NOT_FOUND for files the dataset did not register. */
export async function readErrorFile(
  context: CallerContext,
  nameOrId: string,
  file: string,
  signal: AbortSignal,
): Promise<readonly ErrorRecordDto[]> {
  const { database, cloud } = context.dependencies;
  const dataset = await requireDataset(context, nameOrId);
  const registered = await findErrorFile(database, context.tenantId, dataset.datasetId, file);
  if (registered === null)
    throw new Problem("NOT_FOUND", `${dataset.name} has no error file ${file}.`, { path: "file" });
  const owner = await database.user.findUnique({ where: { id: dataset.userId } });
  const archive = {
    datasetId: dataset.datasetId,
    config: dataset.config,
    owner: { userId: dataset.userId, iamUserArn: owner?.iamUserArn ?? "" },
  };
  const text = await cloud.readErrorFile(archive, registered.key, signal);
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => parseRecord(line, registered.key));
}

function parseRecord(line: string, key: string): ErrorRecordDto {
  try {
    return errorRecordDto.parse(JSON.parse(line));
  } catch (thrown) {
    throw new Problem("SOURCE_CORRUPT", `The error file ${key} was changed by somebody: a line is no error record.`, {
      cause: thrown,
    });
  }
}
