import { Problem } from "@letsdata/plugin-kit/problems";
import type { ErrorRecordDto } from "../../contract/error-dto.ts";
import { signedIn } from "../authorise.ts";
import { readErrorFile } from "./read-error-file.ts";

/** Characters of a record's body and document shown in a list; `errors.view` has the whole. */
const shownCharactersMax = 2_048;

export const listErrorRecords = signedIn.errors.listRecords.handler(async ({ context, input, signal }) => {
  const from = input.cursor === undefined ? 0 : lineOf(input.cursor);
  const all = await readErrorFile(context, input.dataset, input.file, signal ?? new AbortController().signal);
  const items: ErrorRecordDto[] = [];
  let line = from;
  for (; line < all.length && items.length < input.limit; line += 1) {
    const record = all[line]!;
    if (matches(record, input)) items.push(shortened(record));
  }
  return { items, nextCursor: line < all.length ? String(line) : null };
});

function lineOf(cursor: string): number {
  if (/^\d{1,9}$/.test(cursor)) return Number(cursor);
  throw new Problem("REQUEST_INVALID", "The cursor is not one of this list.", { path: "cursor" });
}

function matches(record: ErrorRecordDto, filter: { code?: string | undefined; text?: string | undefined }): boolean {
  if (filter.code !== undefined && record.code !== filter.code) return false;
  if (filter.text === undefined) return true;
  const text = filter.text.toLowerCase();
  const body = record.record.encoding === "utf8" ? record.record.body : "";
  return [record.errorMessage, record.documentId ?? "", body].some((part) => part.toLowerCase().includes(text));
}

function shortened(record: ErrorRecordDto): ErrorRecordDto {
  const { body, truncated } = record.record;
  return {
    ...record,
    document: record.document?.slice(0, shownCharactersMax) ?? null,
    record: {
      ...record.record,
      body: body.slice(0, shownCharactersMax),
      truncated: truncated || body.length > shownCharactersMax,
    },
  };
}
