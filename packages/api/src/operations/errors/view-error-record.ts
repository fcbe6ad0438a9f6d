import { Problem } from "@letsdata/plugin-kit/problems";
import { signedIn } from "../authorise.ts";
import { readErrorFile } from "./read-error-file.ts";

export const viewErrorRecord = signedIn.errors.view.handler(async ({ context, input, signal }) => {
  const all = await readErrorFile(context, input.dataset, input.file, signal ?? new AbortController().signal);
  const record = all.find(({ errorId }) => errorId === input.errorId);
  if (record === undefined)
    throw new Problem("NOT_FOUND", `The file has no record ${input.errorId}.`, { path: "errorId" });
  return record;
});
